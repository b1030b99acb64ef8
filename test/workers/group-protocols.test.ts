import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { isBuilt, titleOf } from '../clients.js';
import { account, killAll, startWorker, until, type WorkerProcess } from './processes.js';

/** What the coordinator of the protocol `consumer` is set to here; its least values are lowered for it. */
const brokerSide = {
  'group.consumer.session.timeout.ms': '6000',
  'group.consumer.min.session.timeout.ms': '6000',
  'group.consumer.heartbeat.interval.ms': '500',
  'group.consumer.min.heartbeat.interval.ms': '500',
};

let brokers: Brokers;
let files: { producer: string; consumer: string };
beforeAll(async () => {
  files = { producer: await buildWorker('producer'), consumer: await buildWorker('consumer') };
  brokers = await startBrokers({
    config: brokerSide,
    topics: ['cooperative', 'consumer', 'consumer-static', 'static', 'twice'].map((name) => ({ name, partitions: 6 })),
  });
}, 120_000);
afterEach(killAll);
afterAll(async () => brokers.stop());

const produce = (topic: string): WorkerProcess =>
  startWorker(files.producer, {
    KAFKA_CLIENT: 'kafkajs',
    KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
    KAFKA_CLIENT_ID: 'producer-0',
    KAFKA_TOPIC: topic,
    PRODUCER_RATE: '300',
    PRODUCER_KEYS: 'customer-{01..60}',
  });
const consume = (topic: string, name: string, env: Record<string, string>): WorkerProcess =>
  startWorker(files.consumer, {
    KAFKA_CLIENT: 'librdkafka',
    KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
    KAFKA_CLIENT_ID: name,
    KAFKA_TOPIC: topic,
    KAFKA_GROUP_ID: topic,
    CONSUMER_WORK_MS: '0',
    CONSUMER_SESSION_TIMEOUT_MS: '6000',
    CONSUMER_HEARTBEAT_INTERVAL_MS: '500',
    ...env,
  });
const stopped = async (worker: WorkerProcess): Promise<void> => {
  worker.kill('SIGTERM');
  expect(await worker.exit).toEqual({ code: 0, signal: null });
};
const owned = (worker: WorkerProcess): number[] =>
  (worker.of('assigned').at(-1)?.partitions ?? []).flatMap(({ partitions }) => partitions).sort((a, b) => a - b);
const drained = async (producer: WorkerProcess, members: readonly WorkerProcess[]): Promise<void> => {
  await stopped(producer);
  await until('all processed', () => account([producer], members).lost.length === 0);
};

/** Records of a partition that a member ended while the rebalance between two times went on. */
const endedBetween = (worker: WorkerProcess, partition: number, from: number, to: number): number =>
  worker.of('processed').filter((line) => line.partition === partition && line.t >= from && line.t <= to).length;

describe(`groups on ${titleOf('librdkafka')}`, () => {
  const on = isBuilt('librdkafka') ? it : it.skip;

  on.each([
    ['cooperative-sticky', 'cooperative', { CONSUMER_ASSIGNOR: 'cooperative-sticky' }],
    ['the protocol consumer (KIP-848)', 'consumer', { CONSUMER_GROUP_PROTOCOL: 'consumer' }],
  ] as const)(
    '%s: a partition that stays with its member goes on through the rebalance',
    async (_, topic, env) => {
      const producer = produce(topic);
      const a = consume(topic, 'a', env);
      await until('all of them with one', () => owned(a).length === 6);
      // It keeps up with the load, so that each partition has its turn again and again.
      await until('work', () => a.of('processed').length > 300 && account([producer], [a]).lost.length < 20);
      const before = owned(a);
      const started = Date.now();
      const b = consume(topic, 'b', env);
      await until('three each', () => owned(a).length === 3 && owned(b).length === 3);
      const settled = b.of('assigned').at(-1)?.t ?? 0;
      const stayed = owned(a);
      expect([...stayed, ...owned(b)].sort((x, y) => x - y)).toEqual(before);
      // What moves is revoked alone: the member never gave all up, and works on the rest meanwhile.
      expect(a.of('revoked')).toEqual([]);
      const gone = a.of('assigned').find((line) => line.t >= started && line.partitions.flatMap((p) => p.partitions).length === 3)?.t;
      expect(settled).toBeGreaterThan(gone ?? Infinity);
      for (const partition of stayed) expect(endedBetween(a, partition, started, settled)).toBeGreaterThan(0);
      await drained(producer, [a, b]);
      expect(account([producer], [a, b]).duplicates).toEqual([]);
      // And back: the one that stays takes over what the other leaves.
      await stopped(b);
      await until('all of them with one again', () => owned(a).length === 6);
      await stopped(a);
    },
    60_000,
  );

  on(
    'the protocol consumer says that the session is the broker’s, and survives a SIGKILL',
    async () => {
      const topic = 'consumer-static';
      const producer = produce(topic);
      const [a, b] = [
        consume(topic, 'a', { CONSUMER_GROUP_PROTOCOL: 'consumer' }),
        consume(topic, 'b', { CONSUMER_GROUP_PROTOCOL: 'consumer' }),
      ];
      await until('three each', () => owned(a).length === 3 && owned(b).length === 3);
      expect(JSON.stringify(a.logs)).toContain('the session and the heartbeat are the broker’s');
      await until('work by both', () => a.of('processed').length > 50 && b.of('processed').length > 50);
      a.kill('SIGKILL');
      await until('the other owns all', () => owned(b).length === 6, 30_000);
      await drained(producer, [a, b]);
      await stopped(b);
    },
    60_000,
  );

  on(
    'static members: a restart within the session moves no partition, and nobody rebalances',
    async () => {
      const topic = 'static';
      const session = { CONSUMER_SESSION_TIMEOUT_MS: '20000' };
      const member = (name: string): WorkerProcess => consume(topic, name, { ...session, CONSUMER_GROUP_INSTANCE_ID: name });
      const producer = produce(topic);
      const [a, b] = [member('a'), member('b')];
      await until('three each', () => owned(a).length === 3 && owned(b).length === 3);
      await until('work by both', () => a.of('processed').length > 50 && b.of('processed').length > 50);
      const had = owned(a);
      const rebalances = [b.of('assigned').length, b.of('revoked').length];
      await stopped(a);
      // It did not tell the group, and said so.
      expect(a.of('stopped').map((line) => line.left)).toEqual([false]);
      const again = member('a');
      await until('work again', () => again.of('processed').length > 50);
      expect(owned(again)).toEqual(had);
      await drained(producer, [a, b, again]);
      expect([b.of('assigned').length, b.of('revoked').length]).toEqual(rebalances);
      expect(account([producer], [a, b, again]).duplicates).toEqual([]);
      await stopped(again);
      await stopped(b);
    },
    60_000,
  );

  on(
    'static members: of two with one instance id the older one is fenced, and ends',
    async () => {
      const env = { CONSUMER_GROUP_INSTANCE_ID: 'the-same' };
      const older = consume('twice', 'a', env);
      await until('it has joined', () => owned(older).length === 6);
      const younger = consume('twice', 'b', env);
      expect(await older.exit).toEqual({ code: 1, signal: null });
      await until('the younger one has all', () => owned(younger).length === 6);
      await stopped(younger);
    },
    60_000,
  );
});

describe('kafkajs refuses at its start, in one line, what it cannot do', () => {
  it.each([
    ['CONSUMER_ASSIGNOR', 'cooperative-sticky'],
    ['CONSUMER_GROUP_PROTOCOL', 'consumer'],
    ['CONSUMER_GROUP_INSTANCE_ID', 'inventory-0'],
  ])('%s=%s', async (name, value) => {
    const worker = consume('static', 'a', { KAFKA_CLIENT: 'kafkajs', [name]: value });
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    expect(worker.logs).toHaveLength(1);
    expect(String(worker.logs[0]?.['message'])).toMatch(new RegExp(`${name} is "${value}": .*KAFKA_CLIENT=librdkafka`));
  });
});
