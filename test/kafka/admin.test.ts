import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAdmin, persist, type ClusterAdmin } from '../../scripts/kafka/admin.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { isBuilt, titleOf } from '../clients.js';
import { killAll, startWorker, until, type WorkerProcess } from '../workers/processes.js';
import { write } from '../workers/topics.js';

const session = '6000';

let brokers: Brokers;
let admin: ClusterAdmin;
let consumer: string;
const killed = new Set<number>();
beforeAll(async () => {
  consumer = await buildWorker('consumer');
  brokers = await startBrokers({
    brokers: 3,
    config: {
      'broker.session.timeout.ms': '3000',
      'broker.heartbeat.interval.ms': '500',
      'group.consumer.session.timeout.ms': session,
      'group.consumer.min.session.timeout.ms': session,
      'group.consumer.heartbeat.interval.ms': '500',
      'group.consumer.min.heartbeat.interval.ms': '500',
    },
    topics: [
      { name: 'classic', partitions: 3, replicas: 3 },
      { name: 'consumer', partitions: 3, replicas: 3 },
      { name: 'watched', partitions: 6, replicas: 3, config: { 'min.insync.replicas': '2' } },
      { name: 'growing', partitions: 2, replicas: 3 },
      { name: 'rewound', partitions: 2, replicas: 3 },
    ],
  });
  admin = brokers.admin;
}, 120_000);
afterEach(async () => {
  await killAll();
  for (const id of [0, 1, 2]) brokers.kill(id, 'SIGCONT');
  for (const id of killed) brokers.restart(id);
  killed.clear();
  expect(await admin.inSync('watched', 60_000)).toBe(true);
}, 90_000);
afterAll(async () => brokers.stop());

const member = (client: string, name: string, env: Readonly<Record<string, string>>): WorkerProcess =>
  startWorker(consumer, {
    KAFKA_CLIENT: client,
    KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
    KAFKA_CLIENT_ID: name,
    CONSUMER_WORK_MS: '0',
    CONSUMER_SESSION_TIMEOUT_MS: session,
    CONSUMER_HEARTBEAT_INTERVAL_MS: '500',
    ...env,
  });
/** The coordinator may be moving, or not be there yet: then nobody can say. */
const groupOf = async (id: string) => persist(async () => admin.group(id, id));
const kill = (id: number): void => {
  killed.add(id);
  brokers.kill(id);
};
/** Ms that a question took, and what came of it. */
async function timed<T>(question: () => Promise<T>): Promise<{ ms: number; answer: T | undefined }> {
  const from = Date.now();
  const answer = await question().catch(() => undefined);
  return { ms: Date.now() - from, answer };
}

describe('topics', () => {
  it('says who leads, who holds a replica and who is in sync', async () => {
    const leaders = await admin.leaders('watched');
    expect(leaders.map(({ partition }) => partition)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { leader, replicas, isr } of leaders) {
      expect([...replicas].sort()).toEqual([0, 1, 2]);
      expect([...isr].sort()).toEqual([0, 1, 2]);
      expect(replicas).toContain(leader);
    }
    expect(new Set(leaders.map(({ leader }) => leader))).toEqual(new Set([0, 1, 2]));
  });

  it('gives a topic more partitions, and each has a leader then; fewer are refused in Kafka’s own words', async () => {
    await admin.addPartitions('growing', 5);
    expect((await admin.leaders('growing')).map(({ leader }) => leader >= 0)).toEqual([true, true, true, true, true]);
    await expect(admin.addPartitions('growing', 3)).rejects.toThrow(/Kafka refuses 3 partitions for growing: .*\b5\b/);
  });

  it('a topic that is not there', async () => {
    await expect(admin.leaders('nothing')).rejects.toThrow(/topic/);
  });
});

describe('the active controller', () => {
  it('is one of the nodes, and another one after it was killed', async () => {
    const before = await admin.controller();
    expect([0, 1, 2]).toContain(before);
    kill(before);
    await until('another controller', async () => ![before, -1].includes(await admin.controller().catch(() => -1)));
  }, 60_000);
});

describe('groups', () => {
  it('of the classic protocol', async () => {
    expect(await groupOf('classic')).toEqual({ state: 'Dead', members: [] });
    const a = member('kafkajs', 'a', { KAFKA_TOPIC: 'classic', KAFKA_GROUP_ID: 'classic' });
    await until('an assignment', () => a.of('assigned').length > 0);
    const group = await groupOf('classic');
    expect(group).toMatchObject({ state: 'Stable', members: [{ clientId: 'a', partitions: [0, 1, 2] }] });
    await expect(admin.resetOffsets('classic', 'classic', 'beginning')).rejects.toThrow(/classic cannot be set: it has 1 members/);
    a.kill('SIGTERM');
    await a.exit;
    expect(await groupOf('classic')).toEqual({ state: 'Empty', members: [] });
    await admin.deleteGroup('classic');
    expect(await groupOf('classic')).toEqual({ state: 'Dead', members: [] });
  }, 60_000);

  (isBuilt('librdkafka') ? it : it.skip)(
    `of the protocol consumer (KIP-848), on ${titleOf('librdkafka')}`,
    async () => {
      const env = { KAFKA_TOPIC: 'consumer', KAFKA_GROUP_ID: 'consumer', CONSUMER_GROUP_PROTOCOL: 'consumer' };
      const a = member('librdkafka', 'a', env);
      await until('all with one', async () => (await groupOf('consumer')).members[0]?.partitions.length === 3);
      expect(await groupOf('consumer')).toMatchObject({
        state: 'Stable',
        members: [{ clientId: 'a', partitions: [0, 1, 2] }],
      });
      const b = member('librdkafka', 'b', env);
      await until('two that share', async () => {
        const { state, members } = await groupOf('consumer');
        return state === 'Stable' && members.length === 2 && members.every(({ partitions }) => partitions.length > 0);
      });
      const { members } = await groupOf('consumer');
      expect(members.map(({ clientId }) => clientId).sort()).toEqual(['a', 'b']);
      expect(members.flatMap(({ partitions }) => partitions).sort()).toEqual([0, 1, 2]);
      expect(new Set(members.map(({ memberId }) => memberId)).size).toBe(2);
      a.kill('SIGKILL');
      await until('the coordinator removed the dead one', async () => (await groupOf('consumer')).members.length === 1);
      b.kill('SIGTERM');
      await b.exit;
      expect(await groupOf('consumer')).toEqual({ state: 'Empty', members: [] });
    },
    60_000,
  );

  it('offsets are set to the beginning, and to a time; without a record so young, to the end', async () => {
    const at = (partition: number, from: number) => [0, 1, 2].map((i) => ({ value: 'x', partition, timestamp: String(from + i * 1_000) }));
    const t = Date.now() - 60_000;
    await write(brokers.bootstrap, 'rewound', [...at(0, t), ...at(1, t - 10_000)]);
    const committed = async () => (await admin.offsets('rewound', 'rewound')).map((o) => [o.committed, o.end]);
    await admin.resetOffsets('rewound', 'rewound', { at: t + 500 });
    expect(await committed()).toEqual([
      [1, 3],
      [3, 3],
    ]);
    await admin.resetOffsets('rewound', 'rewound', 'beginning');
    expect(await committed()).toEqual([
      [0, 3],
      [0, 3],
    ]);
  });
});

describe('whatever a broker does', () => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'questions end within seconds, and those to the others are answered: %s',
    async (signal) => {
      // The first bootstrap server, which clients ask before they know any other.
      const victim = 0;
      const fresh = await connectAdmin(brokers.bootstrap);
      await fresh.leaders('watched');
      if (signal === 'SIGKILL') kill(victim);
      else brokers.kill(victim, signal);
      try {
        for (let i = 0; i < 20; i += 1) {
          const { ms, answer } = await timed(async () => fresh.leaders('watched'));
          expect(answer).toHaveLength(6);
          expect(ms).toBeLessThan(3_000);
          await sleep(100);
        }
        const late = await connectAdmin(brokers.bootstrap);
        expect(await late.brokers()).not.toEqual([]);
        late.close().catch(() => undefined);
        const questions: readonly (() => Promise<unknown>)[] = [
          async () => fresh.controller(),
          async () => fresh.coordinator('classic'),
          async () => fresh.group('classic', 'classic'),
        ];
        for (const question of questions) expect((await timed(question)).ms).toBeLessThan(7_000);
        await until('others lead, and it is in sync no more', async () =>
          (await fresh.leaders('watched')).every(({ leader, isr }) => leader >= 0 && leader !== victim && !isr.includes(victim)),
        );
        // What a leader or a coordinator must answer is answered by the new ones.
        expect(await fresh.offsets('classic', 'watched')).toHaveLength(6);
      } finally {
        await fresh.close();
      }
    },
    90_000,
  );
});
