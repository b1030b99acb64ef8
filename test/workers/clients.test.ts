import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildFixture, buildWorker } from '../build-fixture.js';
import { clientNames, isBuilt, titleOf, type ClientName } from '../clients.js';
import { account, idOf, killAll, startWorker, until, type WorkerProcess } from './processes.js';
import { follow, write } from './topics.js';

/** What a worker promises whichever client it runs on. The suites of consumer and producer run on the second client too: MUSTER_CLIENT. */
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
const tests = ['members', 'left', 'killed', 'resumed', 'one', 'two', 'keys', 'poison', 'poison.dlq', 'in', 'out'];
const nameOf = (client: ClientName, name: string): string => `${client}.${name}`;
const topics = [
  ...clientNames.flatMap((client) => tests.map((name) => ({ name: nameOf(client, name), partitions: 6 }))),
  ...clientNames.flatMap((client) => codecs.map((codec) => ({ name: nameOf(client, codec), partitions: 2 }))),
];

let brokers: Brokers;
let files: { producer: string; consumer: string; told: string };
beforeAll(async () => {
  files = {
    producer: await buildWorker('producer'),
    consumer: await buildWorker('consumer'),
    told: await buildFixture('does-as-told'),
  };
  brokers = await startBrokers({ topics });
}, 120_000);
afterEach(killAll);
afterAll(async () => brokers.stop());

const session = { CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '500' };

const produce = (client: ClientName, topic: string, env: Record<string, string> = {}): WorkerProcess =>
  startWorker(files.producer, {
    KAFKA_CLIENT: client,
    KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
    KAFKA_CLIENT_ID: 'producer-0',
    KAFKA_TOPIC: topic,
    PRODUCER_RATE: '300',
    PRODUCER_KEYS: 'customer-{01..60}',
    ...env,
  });
const consume = (client: ClientName, topic: string, name: string, env: Record<string, string> = {}, file = files.consumer): WorkerProcess =>
  startWorker(file, {
    KAFKA_CLIENT: client,
    KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
    KAFKA_CLIENT_ID: name,
    KAFKA_TOPIC: topic,
    KAFKA_GROUP_ID: `group-${topic}`,
    CONSUMER_WORK_MS: '1',
    ...session,
    ...env,
  });
const stopped = async (worker: WorkerProcess): Promise<void> => {
  worker.kill('SIGTERM');
  expect(await worker.exit).toEqual({ code: 0, signal: null });
};
/** The partitions that a member owns by its own evidence. */
const owned = (worker: WorkerProcess): number[] =>
  (worker.of('assigned').at(-1)?.partitions ?? []).flatMap(({ partitions }) => partitions).sort((a, b) => a - b);
const cover = (members: readonly WorkerProcess[]): number[] => members.flatMap(owned).sort((a, b) => a - b);
const all = [0, 1, 2, 3, 4, 5];

describe.each(clientNames.map((client) => ({ client, title: titleOf(client) })))('a worker on $title', ({ client }) => {
  const on = isBuilt(client) ? it : it.skip;

  on(
    'joins and is joined: at 1, 2 and 3 members each partition has exactly one, and nothing is done twice',
    async () => {
      const topic = nameOf(client, 'members');
      const producer = produce(client, topic);
      const members: WorkerProcess[] = [];
      for (const name of ['a', 'b', 'c']) {
        members.push(consume(client, topic, name));
        await until(
          `${members.length} members cover all`,
          () => members.every((m) => owned(m).length === 6 / members.length) && cover(members).join() === all.join(),
        );
        const worked = members.map((m) => m.of('processed').length);
        await until('work by all', () => members.every((m, i) => m.of('processed').length > (worked[i] ?? 0) + 30));
      }
      await stopped(producer);
      await until('all processed', () => account([producer], members).lost.length === 0);
      expect(account([producer], members).duplicates).toEqual([]);
      for (const member of members) await stopped(member);
    },
    60_000,
  );

  on(
    'stops on SIGTERM: the others take over at once, and nothing is done twice',
    async () => {
      const topic = nameOf(client, 'left');
      const producer = produce(client, topic);
      const [a, b] = [consume(client, topic, 'a'), consume(client, topic, 'b')];
      await until('work by both', () => a.of('processed').length > 50 && b.of('processed').length > 50);
      await stopped(a);
      const left = Date.now();
      expect(a.of('stopped').map((line) => line.left)).toEqual([true]);
      await until('the other owns all', () => owned(b).length === 6);
      // Well before the session of 6 s is over.
      expect((b.of('assigned').at(-1)?.t ?? Infinity) - left).toBeLessThan(4_000);
      await stopped(producer);
      await until('all processed', () => account([producer], [a, b]).lost.length === 0);
      expect(account([producer], [a, b]).duplicates).toEqual([]);
      await stopped(b);
    },
    60_000,
  );

  on(
    'is survived after a SIGKILL: nothing is lost',
    async () => {
      const topic = nameOf(client, 'killed');
      const producer = produce(client, topic);
      const [a, b] = [consume(client, topic, 'a'), consume(client, topic, 'b')];
      await until('work by both', () => a.of('processed').length > 50 && b.of('processed').length > 50);
      a.kill('SIGKILL');
      await until('the other owns all', () => owned(b).length === 6, 30_000);
      await stopped(producer);
      await until('all processed', () => account([producer], [a, b]).lost.length === 0);
      await stopped(b);
    },
    60_000,
  );

  on(
    'goes on where it had committed',
    async () => {
      const topic = nameOf(client, 'resumed');
      const first = produce(client, topic, { PRODUCER_RECORDS: '200' });
      expect(await first.exit).toEqual({ code: 0, signal: null });
      const before = consume(client, topic, 'a');
      await until('half of it', () => before.of('processed').length > 100);
      await stopped(before);
      const offsets = await brokers.admin.offsets(`group-${topic}`, topic);
      const done = (partition: number): number =>
        Math.max(-1, ...before.of('processed').flatMap((l) => (l.partition === partition ? [l.offset] : [])));
      expect(offsets.map(({ committed }) => Math.max(committed, 0))).toEqual(all.map((partition) => done(partition) + 1));
      const after = consume(client, topic, 'a');
      await until('all processed', () => account([first], [before, after]).lost.length === 0);
      expect(account([first], [before, after]).duplicates).toEqual([]);
      await stopped(after);
    },
    60_000,
  );

  on(
    'reads several topics',
    async () => {
      const [one, two] = [nameOf(client, 'one'), nameOf(client, 'two')];
      const producers = [one, two].map((topic) => produce(client, topic, { PRODUCER_RECORDS: '100' }));
      for (const producer of producers) expect(await producer.exit).toEqual({ code: 0, signal: null });
      const member = consume(client, `${one},${two}`, 'a', { KAFKA_GROUP_ID: `group-${client}-both` });
      await until('all of both', () => member.of('processed').length >= 200);
      expect(new Set(member.of('processed').map((line) => line.topic))).toEqual(new Set([one, two]));
      expect(member.of('processed')).toHaveLength(200);
      await stopped(member);
    },
    60_000,
  );

  on(
    'works on keys side by side, and on each in its order',
    async () => {
      const topic = nameOf(client, 'keys');
      const producer = produce(client, topic, { PRODUCER_RECORDS: '300' });
      expect(await producer.exit).toEqual({ code: 0, signal: null });
      const member = consume(client, topic, 'a', { CONSUMER_ORDER: 'key', CONSUMER_CONCURRENCY: '20', CONSUMER_WORK_MS: '20' }, files.told);
      await until('all of it', () => member.of('processed').length >= 300);
      const last = new Map<string, number>();
      for (const { key, seq = -1 } of member.of('processed')) {
        expect(seq).toBeGreaterThan(last.get(key) ?? -1);
        last.set(key, seq);
      }
      // Work takes up to 20 ms, at random: side by side they do not end as they began.
      const offsets = member.of('processed').filter((line) => line.partition === owned(member)[0]);
      expect(offsets).not.toEqual([...offsets].sort((a, b) => a.offset - b.offset));
      await stopped(member);
    },
    60_000,
  );

  on(
    'makes a dead letter of what it cannot handle, and goes on',
    async () => {
      const topic = nameOf(client, 'poison');
      await write(brokers.bootstrap, topic, [
        { key: 'A', value: 'a1', partition: 0 },
        { key: 'B', value: 'never', partition: 0, headers: { bytes: Buffer.from([0, 255]) } },
        { key: 'C', value: 'c1', partition: 0 },
      ]);
      const member = consume(client, topic, 'a', { CONSUMER_DEAD_LETTER_TOPIC: nameOf(client, 'poison.dlq') }, files.told);
      const reader = await follow(brokers.bootstrap, nameOf(client, 'poison.dlq'));
      await until('the dead letter', () => reader.records.length === 1);
      await until('what follows it', () => member.of('processed').some((line) => line.key === 'C'));
      expect(reader.records[0]?.key).toBe('B');
      expect(member.of('processed').map((line) => line.key)).toEqual(['A', 'C']);
      await stopped(member);
      await reader.stop();
      expect((await brokers.admin.offsets(`group-${topic}`, topic))[0]?.committed).toBe(3);
    },
    60_000,
  );

  on(
    'with exactly-once: what a killed member had begun is seen once',
    async () => {
      const [input, output] = [nameOf(client, 'in'), nameOf(client, 'out')];
      const out = await follow(brokers.bootstrap, output);
      const producer = produce(client, input, { PRODUCER_RATE: '100' });
      const env = { CONSUMER_GUARANTEE: 'exactly-once', CONSUMER_OUTPUT_TOPIC: output, CONSUMER_WORK_MS: '4' };
      const doomed = consume(client, input, 'a', env, files.told);
      await until('output', () => out.records.length > 50);
      doomed.kill('SIGKILL');
      await doomed.exit;
      const heir = consume(client, input, 'b', env, files.told);
      await until('more output', () => out.records.length > 200, 40_000);
      await stopped(producer);
      const wanted = producer
        .of('acked')
        .map((line) => `${input}/${line.partition}/${line.offset}`)
        .sort();
      await until('an output of each', () => new Set(out.records.map(({ value }) => value)).size >= wanted.length, 40_000);
      // Whoever would write twice has the time to.
      await sleep(500);
      expect(out.records.map(({ value }) => value).sort()).toEqual(wanted);
      await stopped(heir);
      await out.stop();
    },
    120_000,
  );
});

const other = (client: ClientName): ClientName => (client === 'kafkajs' ? 'librdkafka' : 'kafkajs');

describe.each(clientNames.map((client) => ({ client, reader: other(client), title: titleOf('librdkafka') })))(
  'what $client writes, $reader reads, with $title',
  ({ client, reader }) => {
    const on = isBuilt(client) && isBuilt(reader) ? it : it.skip;
    on.each(codecs)(
      '%s',
      async (codec) => {
        const topic = nameOf(client, codec);
        // A batch of one record and one of many are framed differently.
        const producer = produce(client, topic, { PRODUCER_COMPRESSION: codec, PRODUCER_RECORDS: '400', PRODUCER_RATE: '5000' });
        expect(await producer.exit).toEqual({ code: 0, signal: null });
        const member = consume(reader, topic, 'a');
        await until('all of it', () => member.of('processed').length >= 400);
        expect(member.of('processed').map(idOf).sort()).toEqual(producer.of('acked').map(idOf).sort());
        // Both say the same of where it is.
        const places = (lines: readonly { partition: number; offset: number }[]): string[] =>
          lines.map((l) => `${l.partition}/${l.offset}`).sort();
        expect(places(member.of('processed'))).toEqual(places(producer.of('acked')));
        await stopped(member);
      },
      40_000,
    );
  },
);
