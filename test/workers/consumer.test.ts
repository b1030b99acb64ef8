import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildFixture, buildWorker } from '../build-fixture.js';
import { account, idOf, killAll, startWorker, until, type WorkerProcess } from './processes.js';

const topics = ['leave', 'half', 'turns', 'crash', 'auto', 'slow', 'early-commit', 'early-ack', 'refused', 'frozen'].map((name) => ({
  name,
  partitions: 6,
  config: { 'compression.type': 'lz4' },
}));

describe('the consumer on a real broker', () => {
  let brokers: Brokers;
  let producerFile: string;
  let consumerFile: string;
  let topic: string;
  beforeAll(async () => {
    [producerFile, consumerFile] = await Promise.all([buildWorker('producer'), buildWorker('consumer')]);
    brokers = await startBrokers({ topics });
  }, 120_000);
  let count = 0;
  beforeEach(() => {
    topic = topics[count]?.name ?? '';
    count += 1;
  });
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  const produce = (env: Record<string, string> = {}, file = producerFile): WorkerProcess =>
    startWorker(file, {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_CLIENT_ID: 'producer-0',
      KAFKA_TOPIC: topic,
      PRODUCER_RATE: '200',
      PRODUCER_KEYS: 'customer-{01..60}',
      ...env,
    });
  const consume = (name: string, env: Record<string, string> = {}, file = consumerFile): WorkerProcess =>
    startWorker(file, {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_CLIENT_ID: name,
      KAFKA_TOPIC: topic,
      // A group a test: the members another test killed still hold their sessions.
      KAFKA_GROUP_ID: topic,
      CONSUMER_WORK_MS: '2',
      ...env,
    });
  const owned = (worker: WorkerProcess): number =>
    worker.evidence.reduce((sum, line) => {
      if (line.evidence === 'assigned') return line.partitions.flatMap((p) => p.partitions).length;
      return line.evidence === 'revoked' || line.evidence === 'lost' ? 0 : sum;
    }, 0);
  const drained = async (producers: readonly WorkerProcess[], consumers: readonly WorkerProcess[]): Promise<void> => {
    for (const producer of producers) {
      producer.kill('SIGTERM');
      expect(await producer.exit).toEqual({ code: 0, signal: null });
    }
    await until('all that is acknowledged is processed', () => account(producers, consumers).lost.length === 0);
  };
  const expectCommittedIsProcessed = async (): Promise<void> => {
    const offsets = await brokers.admin.offsets(topic, topic);
    expect(offsets.map((o) => o.committed)).toEqual(offsets.map((o) => o.end));
  };

  it('leaves on SIGTERM under load: the other owns its partitions within a heartbeat, and nothing is done twice', async () => {
    const producer = produce();
    const [a, b] = [consume('consumer-a'), consume('consumer-b')];
    await until('three partitions each', () => owned(a) === 3 && owned(b) === 3);
    await until('work by both', () => a.of('processed').length > 50 && b.of('processed').length > 50);
    const stopped = Date.now();
    a.kill('SIGTERM');
    expect(await a.exit).toEqual({ code: 0, signal: null });
    await until('six partitions', () => owned(b) === 6);
    const took = (b.of('assigned').at(-1)?.t ?? 0) - stopped;
    expect(took).toBeLessThan(5_000);
    expect(a.evidence.at(-1)).toMatchObject({ evidence: 'stopped', left: true });
    await until(
      'work on all',
      () =>
        new Set(
          b
            .of('processed')
            .slice(-300)
            .map((line) => line.partition),
        ).size === 6,
    );
    await drained([producer], [a, b]);
    expect(account([producer], [a, b]).duplicates).toEqual([]);
    b.kill('SIGTERM');
    expect(await b.exit).toEqual({ code: 0, signal: null });
    await expectCommittedIsProcessed();
    expect(a.stderr + b.stderr).toBe('');
  });

  it('that stops in the middle of a batch counts only what it did: the next one begins with the record after', async () => {
    const producer = produce({ PRODUCER_RECORDS: '300', PRODUCER_RATE: '10000', PRODUCER_KEYS: 'customer-A' });
    await producer.exit;
    const first = consume('consumer-a', { CONSUMER_WORK_MS: '20' });
    await until('some of the batch', () => first.of('processed').length >= 20);
    first.kill('SIGTERM');
    expect(await first.exit).toEqual({ code: 0, signal: null });
    const done = first.of('processed').length;
    expect(done).toBeLessThan(250);
    expect(first.of('committed').at(-1)?.offset).toBe(done);
    const second = consume('consumer-b', { CONSUMER_WORK_MS: '0' });
    await drained([], [second]);
    await until('the rest', () => first.of('processed').length + second.of('processed').length >= 300);
    expect([...first.of('processed'), ...second.of('processed')].map((line) => line.seq)).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  it('gives each of its partitions a turn, however much waits in the first', async () => {
    const producer = produce({ PRODUCER_RECORDS: '1800', PRODUCER_RATE: '10000' });
    await producer.exit;
    const consumer = consume('consumer-a', { CONSUMER_WORK_MS: '10' });
    // A partition alone is three seconds of work, and a turn is one.
    await until('half of the work', () => consumer.of('processed').length >= 900, 60_000);
    const seen = new Set(
      consumer
        .of('processed')
        .slice(0, 900)
        .map((line) => line.partition),
    );
    expect(seen.size).toBe(6);
    consumer.kill('SIGTERM');
    expect(await consumer.exit).toEqual({ code: 0, signal: null });
    // None is left out and none done twice for having been left in the middle of a batch.
    for (let partition = 0; partition < 6; partition += 1) {
      const offsets = consumer.of('processed').filter((line) => line.partition === partition);
      expect(offsets.map((line) => line.offset)).toEqual(offsets.map((_, index) => index));
    }
  });

  it('is survived by the other after a SIGKILL, without loss', async () => {
    const producer = produce();
    const [a, b] = [
      consume('consumer-a', { CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '1000' }),
      consume('consumer-b', { CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '1000' }),
    ];
    await until('work by both', () => a.of('processed').length > 50 && b.of('processed').length > 50);
    a.kill('SIGKILL');
    await a.exit;
    await until('six partitions', () => owned(b) === 6);
    await drained([producer], [a, b]);
    // At most what one batch held, or a second of it.
    expect(account([producer], [a, b]).duplicates.length).toBeLessThan(100);
    b.kill('SIGTERM');
    await b.exit;
    await expectCommittedIsProcessed();
  });

  it('with auto-commit commits by the clock, when it is idle, and when it leaves', async () => {
    const producer = produce({ PRODUCER_RECORDS: '400' });
    const a = consume('consumer-a', { CONSUMER_COMMIT: 'auto', CONSUMER_AUTO_COMMIT_INTERVAL_MS: '1500' });
    expect(await producer.exit).toEqual({ code: 0, signal: null });
    await drained([], [a]);
    await until('all processed', () => a.of('processed').length === 400);
    const commitsOf0 = a
      .of('committed')
      .filter((line) => line.partition === 0)
      .map((line) => line.t);
    for (const [i, t] of commitsOf0.slice(1).entries()) expect(t - (commitsOf0[i] ?? 0)).toBeGreaterThan(1_400);
    await until('an idle commit', async () => (await brokers.admin.offsets(topic, topic)).every((o) => o.committed === o.end));
    a.kill('SIGTERM');
    expect(await a.exit).toEqual({ code: 0, signal: null });
  });

  it('gives its partitions up when one poll takes longer than max.poll.interval.ms, and comes back', async () => {
    const producer = produce({ PRODUCER_RECORDS: '12', PRODUCER_KEYS: 'customer-A' });
    await producer.exit;
    const slow = consume('consumer-slow', { CONSUMER_WORK_MS: '6000', CONSUMER_MAX_POLL_INTERVAL_MS: '2000' });
    await until(
      'a record in hand',
      () => slow.of('assigned').length === 1 && slow.logs.some((line) => line['message'] === 'starting offsets'),
    );
    const quick = consume('consumer-quick');
    await until('lost', () => slow.of('lost').length === 1);
    await until('all taken over', () => owned(quick) === 6);
    await until('back', () => slow.of('assigned').length >= 2, 30_000);
    expect(slow.of('committed')).toEqual([]);
  }, 60_000);

  it('broken: a consumer that commits before it works loses records in a crash', async () => {
    const file = await buildFixture('commit-before-work');
    const session = { CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '1000' };
    const producer = produce();
    const [a, b] = [consume('consumer-a', session, file), consume('consumer-b', session)];
    await until('work by both', () => a.of('processed').length > 30 && b.of('processed').length > 30);
    a.kill('SIGKILL');
    await a.exit;
    await until('six partitions', () => owned(b) === 6);
    producer.kill('SIGTERM');
    await producer.exit;
    await until('the end', async () => (await brokers.admin.offsets(topic, topic)).every((o) => o.committed === o.end));
    const { lost } = account([producer], [a, b]);
    expect(lost.length).toBeGreaterThan(0);
    const committed = new Map(a.of('committed').map((line) => [line.partition, line.offset]));
    const done = new Set([...a.of('processed'), ...b.of('processed')].map((line) => `${line.partition}/${line.offset}`));
    for (const line of producer.of('acked').filter((acked) => lost.includes(idOf(acked)))) {
      expect(line.offset).toBeLessThan(committed.get(line.partition) ?? 0);
      expect(done).not.toContain(`${line.partition}/${line.offset}`);
    }
  }, 60_000);

  it('broken: a producer that acknowledges what it never sent is found out', async () => {
    const producer = produce({ PRODUCER_RECORDS: '500', PRODUCER_RATE: '1000' }, await buildFixture('acks-before-send'));
    const a = consume('consumer-a');
    await producer.exit;
    await until('all that is in the log', () => a.of('processed').length === 490);
    expect(producer.of('acked')).toHaveLength(500);
    expect(account([producer], [a]).lost).toHaveLength(10);
    expect(producer.logs.find((line) => 'neverSent' in line)).toMatchObject({ neverSent: 10 });
  });

  it('does not skip a record its handler refuses', async () => {
    const producer = produce({ PRODUCER_RECORDS: '240', PRODUCER_RATE: '1000' });
    const a = consume('consumer-a', {}, await buildFixture('fails-twice'));
    await producer.exit;
    await until('all', () => a.of('processed').length >= 240);
    expect(account([producer], [a])).toEqual({ acked: 240, lost: [], duplicates: [] });
    for (let partition = 0; partition < 6; partition += 1) {
      const offsets = a
        .of('processed')
        .filter((line) => line.partition === partition)
        .map((line) => line.offset);
      expect(offsets).toEqual([...offsets].sort((x, y) => x - y));
    }
    expect(a.of('assigned')).toHaveLength(1);
  });

  it('frozen past its session: finds itself evicted before it works on', async () => {
    const session = { CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '1000', CONSUMER_WORK_MS: '2' };
    const producer = produce();
    const [a, b] = [consume('consumer-a', session), consume('consumer-b', session)];
    await until('work by both', () => a.of('processed').length > 50 && b.of('processed').length > 50);
    a.kill('SIGSTOP');
    await until('six partitions', () => owned(b) === 6);
    await until(
      'work on all',
      () =>
        new Set(
          b
            .of('processed')
            .slice(-300)
            .map((line) => line.partition),
        ).size === 6,
    );
    const woken = Date.now();
    const before = a.of('processed').length;
    a.kill('SIGCONT');
    await until('lost or revoked', () => a.of('lost').length + a.of('revoked').filter((line) => line.t > woken).length > 0);
    const zombie = a
      .of('processed')
      .slice(before)
      .filter((line) => line.t < (a.of('assigned').at(-1)?.t ?? Infinity) && line.t > woken);
    await until('back', () => owned(a) === 3 && owned(b) === 3);
    await drained([producer], [a, b]);
    expect(zombie.length).toBeLessThanOrEqual(1);
  }, 60_000);
});
