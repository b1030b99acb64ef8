import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { readTopic } from '../../scripts/kafka/read-topic.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { killAll, startWorker, until, type WorkerProcess } from './processes.js';

/**
 * acks=1 loses what acks=all does not: the followers are frozen, the leader goes on alone and dies. Both in one run, on the same brokers, in the same seconds.
 * The source of the claim: Kafka's documentation of `acks`.
 */
describe('a leader that dies while its followers are frozen', () => {
  let brokers: Brokers;
  let kafka: Kafka;
  let file: string;
  beforeAll(async () => {
    file = await buildWorker('producer');
    brokers = await startBrokers({
      brokers: 3,
      // Both topics have a partition on each broker.
      topics: ['acks-one', 'acks-all'].map((name) => ({ name, partitions: 3, replicas: 3, config: { 'min.insync.replicas': '2' } })),
    });
    kafka = new Kafka({ brokers: brokers.bootstrap.split(','), logLevel: logLevel.NOTHING, retry: { retries: 30, maxRetryTime: 1_000 } });
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  const partitionOf = async (topic: string, leader: number): Promise<number> => {
    const admin = kafka.admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.disconnect();
    const found = topics[0]?.partitions.find((p) => p.leader === leader);
    if (found === undefined) throw new Error(`no partition of ${topic} has leader ${String(leader)}`);
    return found.partitionId;
  };
  const inLog = async (topic: string): Promise<Set<string>> => {
    const found = new Set<string>();
    await readTopic(kafka, topic, new Map(), new AbortController().signal, ({ message }) => {
      found.add(`${String(message.key)}/${String(message.headers?.['sequence'])}`);
      return undefined;
    });
    return found;
  };

  it('loses acknowledged records of acks=1, and none of acks=all', async () => {
    const leader = 0;
    const produce = async (topic: string, acks: '1' | 'all'): Promise<WorkerProcess> =>
      startWorker(file, {
        KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
        KAFKA_CLIENT_ID: `producer-${acks}`,
        KAFKA_TOPIC: topic,
        PRODUCER_ACKS: acks,
        PRODUCER_IDEMPOTENCE: acks === 'all' ? 'true' : 'false',
        PRODUCER_PARTITIONS: String(await partitionOf(topic, leader)),
        PRODUCER_RATE: '200',
        // Once the leader is dead the others are asked.
        PRODUCER_REQUEST_TIMEOUT_MS: '2000',
      });
    const one = await produce('acks-one', '1');
    const all = await produce('acks-all', 'all');
    await until('both write', () => one.of('acked').length > 50 && all.of('acked').length > 50);
    for (const follower of [1, 2]) brokers.kill(follower, 'SIGSTOP');
    // Shorter than a broker's session with its controller: what is in sync stays so on paper.
    const [oneBefore, allBefore] = [one.of('acked').length, all.of('acked').length];
    await sleep(3_000);
    const alone = one.of('acked').length - oneBefore;
    expect(alone).toBeGreaterThan(300);
    // What was on its way when they froze may still be acknowledged, nothing after it.
    expect(all.of('acked').length - allBefore).toBeLessThan(100);
    brokers.kill(leader, 'SIGKILL');
    for (const follower of [1, 2]) brokers.kill(follower, 'SIGCONT');
    const since = Date.now();
    await until('both write again', () => [one, all].every((p) => p.of('acked').some(({ t }) => t > since + 1_000)), 40_000);
    for (const producer of [one, all]) {
      producer.kill('SIGTERM');
      expect(await producer.exit).toEqual({ code: 0, signal: null });
    }
    const lostOf = async (producer: WorkerProcess, topic: string): Promise<number> => {
      const log = await inLog(topic);
      return producer.of('acked').filter(({ key, seq }) => !log.has(`${key}/${String(seq)}`)).length;
    };
    expect(await lostOf(one, 'acks-one')).toBeGreaterThan(200);
    expect(await lostOf(all, 'acks-all')).toBe(0);
  }, 120_000);
});
