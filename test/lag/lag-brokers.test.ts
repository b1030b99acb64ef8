import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel, type Admin, type Consumer } from 'kafkajs';
import { MusterError } from '../../constructs/model/error.js';
import { lag, type LagArgs } from '../../scripts/commands/lag.js';
import { persist } from '../../scripts/kafka/admin.js';
import { connectNodes, type Nodes } from '../../scripts/kafka/nodes.js';
import { ask, mustBeNone } from '../../scripts/kafka/protocol.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { printed } from '../commands/printed.js';
import { until } from '../workers/processes.js';

interface Shown {
  readonly group: string;
  readonly state: string;
  readonly members: number;
  readonly idle: number | null;
  readonly total: number;
  readonly rates: { in: number; out: number } | null;
  readonly partitions: {
    topic: string;
    partition: number;
    committed: number | null;
    start: number;
    end: number;
    lag: number;
    member: string | null;
    rates: { in: number; out: number } | null;
    note?: string;
  }[];
  readonly notes: string[];
  readonly alert: { state: string; above: number; forSeconds: number; since: string | null };
  readonly remedies: string[];
  readonly error?: string;
}

const like = (text: string): unknown => expect.stringContaining(text);

describe('muster lag', () => {
  let brokers: Brokers;
  let kafka: Kafka;
  let admin: Admin;
  let nodes: Nodes;
  const joined: Consumer[] = [];
  const args = (rest: Partial<LagArgs>): LagArgs => ({
    group: 'none',
    bootstrap: brokers.bootstrap,
    env: 'k3s',
    watch: false,
    every: '200ms',
    'alert-above': 1_000,
    'alert-for': '5m',
    'fail-on-alert': false,
    json: true,
    ...rest,
  });
  const look = async (group: string, rest: Partial<LagArgs> = {}): Promise<Shown> =>
    JSON.parse((await printed(lag, args({ group, ...rest }))).data) as Shown;
  const produce = async (topic: string, partition: number, count: number): Promise<void> => {
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    await producer.send({ topic, messages: Array.from({ length: count }, (_, n) => ({ value: String(n), partition })) });
    await producer.disconnect();
  };
  /** As "kafka-consumer-groups --reset-offsets" does it; wherever the log ends. */
  const commit = async (groupId: string, topic: string, offsets: readonly number[]): Promise<void> => {
    const partitions = offsets.map((offset, partition) => ({ partition, offset: String(offset) }));
    const request = { groupId, groupGenerationId: -1, memberId: '', retentionTime: -1, topics: [{ topic, partitions }] };
    await persist(async () => {
      const { errorCode, coordinator } = await nodes.any(async (broker) => ask(broker, 'GroupCoordinator', { groupId }));
      mustBeNone(errorCode);
      nodes.learn([coordinator]);
      await nodes.one(coordinator.nodeId, async (broker) => {
        const { responses } = await ask(broker, 'OffsetCommit', request);
        for (const one of responses.flatMap((response) => response.partitions)) mustBeNone(one.errorCode);
      });
    });
  };
  /** Watches until what was seen is enough, as Ctrl-C would end it. */
  const watch = async (rest: Partial<LagArgs>, act: (seen: Shown[]) => Promise<void>): Promise<{ seen: Shown[]; error: unknown }> => {
    const end = new AbortController();
    const seen: Shown[] = [];
    const context = await new Promise<Parameters<typeof lag>[0]>((resolve) => {
      void printed(async (given: Parameters<typeof lag>[0]) => {
        resolve(given);
        return Promise.resolve(0);
      }, undefined);
    });
    const over = lag(
      {
        ...context,
        abort: end.signal,
        terminal: { ...context.terminal, data: (text) => seen.push(JSON.parse(text) as Shown) },
      },
      args({ watch: true, ...rest }),
    ).then(
      () => undefined,
      (error: unknown) => error,
    );
    try {
      await act(seen);
    } finally {
      end.abort(new MusterError('interrupted', 'interrupted'));
    }
    return { seen, error: await over };
  };
  const join = async (groupId: string, clientId: string, topics: string[], onRecord?: () => Promise<void>): Promise<Consumer> => {
    const consumer = new Kafka({ clientId, brokers: [brokers.bootstrap], logLevel: logLevel.NOTHING }).consumer({
      groupId,
      maxWaitTimeInMs: 100,
      rebalanceTimeout: 8_000,
      heartbeatInterval: 300,
      allowAutoTopicCreation: false,
    });
    joined.push(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({ autoCommitThreshold: 1, eachMessage: async () => onRecord?.() });
    return consumer;
  };

  beforeAll(async () => {
    brokers = await startBrokers({
      config: { 'group.initial.rebalance.delay.ms': '0' },
      topics: [
        { name: 'orders', partitions: 2 },
        { name: 'payments', partitions: 1 },
        { name: 'again', partitions: 1 },
        { name: 'short', partitions: 1 },
        { name: 'gone', partitions: 1 },
        { name: 'live', partitions: 2 },
        { name: 'slow', partitions: 2 },
      ],
    });
    kafka = new Kafka({ brokers: [brokers.bootstrap], logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
    nodes = connectNodes(brokers.bootstrap);
    await produce('orders', 0, 10);
    await produce('orders', 1, 5);
    await produce('payments', 0, 7);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(joined.map(async (consumer) => consumer.disconnect()));
    nodes.close();
    await admin.disconnect();
    await brokers.stop();
  });

  it('keeps the lag of an empty group, over all its topics', async () => {
    await commit('empty', 'orders', [4, 5]);
    await commit('empty', 'payments', [0]);
    const seen = await look('empty');
    expect(seen).toMatchObject({ group: 'empty', state: 'Empty', members: 0, total: 13, rates: null });
    expect(seen.partitions).toMatchObject([
      { topic: 'orders', partition: 0, committed: 4, start: 0, end: 10, lag: 6, member: null },
      { topic: 'orders', partition: 1, committed: 5, end: 5, lag: 0, member: null },
      { topic: 'payments', partition: 0, committed: 0, end: 7, lag: 7, member: null },
    ]);
    expect(seen.notes).toEqual([like('nobody is in the group')]);
    expect((await look('empty', { topic: ['payments'] })).total).toBe(7);
    const { data } = await printed(lag, args({ group: 'empty', json: false, 'alert-above': 10 }));
    expect(data).toMatch(/orders +0 +4 +10 +6 +-/);
    expect(data).toContain('alert PENDING (lag above 10 for 5 min)');
    expect(data).toContain('start members: nobody reads');
  });

  it('counts from the start of the log where nothing was committed, and says so', async () => {
    await commit('half', 'payments', [7]);
    const seen = await look('half', { topic: ['orders'] });
    expect(seen.partitions).toMatchObject([
      { committed: null, lag: 10, note: like('nothing committed yet') },
      { committed: null, lag: 5 },
    ]);
  });

  it('refuses groups and topics that are not there, with those that are', async () => {
    await commit('inventory', 'orders', [1, 1]);
    await expect(look('inventry')).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/no group "inventry" here \(did you mean inventory\?\).*offsets\.retention\.minutes/) as unknown,
    });
    await expect(look('inventory', { topic: ['order'] })).rejects.toMatchObject({
      exitCode: 2,
      message: 'there is no topic "order" here (did you mean orders?); inventory reads orders',
    });
    await expect(look('inventory', { bootstrap: '127.0.0.1:1' })).rejects.toMatchObject({ exitCode: 3 });
  });

  it('is never negative: a topic that was recreated', async () => {
    await produce('again', 0, 3);
    // A member that still runs commits where it was in the topic before.
    await commit('behind', 'again', [500]);
    const { total, partitions } = await look('behind');
    expect(total).toBe(3);
    expect(partitions[0]).toMatchObject({ committed: 500, end: 3, lag: 3, note: like('recreated') });
  });

  it('is never negative: retention that overtook the group', async () => {
    await produce('short', 0, 20);
    await commit('late', 'short', [5]);
    await admin.fetchTopicOffsets('short');
    await admin.deleteTopicRecords({ topic: 'short', partitions: [{ partition: 0, offset: '12' }] });
    expect((await look('late')).partitions).toMatchObject([{ committed: 5, start: 12, end: 20, lag: 8, note: like('deleted 7 offsets') }]);
  });

  it('watches: a topic that is deleted and made again under it, and a group whose offsets are set back', async () => {
    await produce('gone', 0, 30);
    await commit('watcher', 'gone', [25]);
    await commit('watcher', 'payments', [3]);
    const { seen, error } = await watch({ group: 'watcher' }, async (samples) => {
      const saw = async (what: string, holds: (one: Shown) => boolean): Promise<void> =>
        until(what, () => samples.some((one) => one.error === undefined && holds(one)));
      await saw('the lag', (one) => one.total === 9);
      await produce('gone', 0, 6);
      await saw('the records', (one) => one.total === 15 && (one.rates?.in ?? 0) > 0);
      await commit('watcher', 'payments', [1]);
      await saw('the offsets set back', (one) => one.partitions.some(({ note }) => note?.includes('set back from 3 to 1') === true));
      await admin.deleteTopics({ topics: ['gone'] });
      await saw('the deleted topic', (one) => one.total === 6);
      await admin.createTopics({ topics: [{ topic: 'gone', numPartitions: 1 }] });
      await produce('gone', 0, 2);
      await commit('watcher', 'gone', [25]);
      await saw('the new topic', (one) => one.total === 8 && one.partitions.some(({ note }) => note?.includes('recreated') === true));
    });
    expect(error).toMatchObject({ exitCode: 130 });
    const numbers = seen.flatMap((one) => [one.rates?.in, one.rates?.out, one.total, ...(one.partitions ?? []).map((p) => p.lag)]);
    expect(numbers.filter((number) => number !== undefined && number < 0)).toEqual([]);
  }, 60_000);

  it('names members, tells a rebalance from an empty group, and goes on when a member has left', async () => {
    const first = await join('workers', 'pod-a', ['live']);
    let release = (): void => undefined;
    let second: Consumer | undefined;
    const { seen } = await watch({ group: 'workers', every: '100ms' }, async (samples) => {
      await until('one member', () => samples.some((one) => one.partitions.filter(({ member }) => member === 'pod-a').length === 2));
      await produce('live', 0, 40);
      await until('what it read', () => samples.some((one) => (one.rates?.out ?? 0) > 0 && one.total === 0));
      second = await join('workers', 'pod-b', ['live'], async () => new Promise<void>((resolve) => (release = resolve)));
      const shared = (one: Shown): boolean => new Set(one.partitions.map(({ member }) => member)).size === 2 && one.members === 2;
      await until('two members', () => samples.some(shared));
    });
    expect(
      seen
        .filter((one) => one.state === 'PreparingRebalance' || one.state === 'CompletingRebalance')
        .every((one) => one.partitions.every(({ member }) => member === null)),
    ).toBe(true);
    expect(
      seen
        .at(-1)
        ?.partitions.map(({ member }) => member)
        .sort(),
    ).toEqual(['pod-a', 'pod-b']);
    release();
    await first.disconnect();
    await second?.disconnect();
    await until('an empty group', async () => (await look('workers')).state === 'Empty');
  }, 60_000);

  it('tells that a group rebalances, and does not make up owners', async () => {
    let release = (): void => undefined;
    const stuck = new Promise<void>((resolve) => (release = resolve));
    await produce('slow', 0, 5);
    await produce('slow', 1, 5);
    // A member in a long handler does not come to the rebalance that a newcomer starts.
    const busy = await join('sluggish', 'pod-busy', ['slow'], async () => stuck);
    await until('its partitions', async () => (await look('sluggish')).partitions.every(({ member }) => member === 'pod-busy'));
    const newcomer = join('sluggish', 'pod-new', ['slow'], async () => stuck);
    let seen: Shown | undefined;
    await until('a rebalance', async () => (seen = await look('sluggish')).state === 'PreparingRebalance');
    expect(seen?.partitions.map(({ member }) => member)).toEqual([null, null]);
    expect(seen).toMatchObject({ total: 10, idle: null, notes: [like('the group rebalances')] });
    release();
    await Promise.all([busy.disconnect(), (await newcomer).disconnect()]);
  }, 60_000);

  it('fires when the lag has been above for long enough, and ends with 1 where that is asked for', async () => {
    await commit('alerted', 'payments', [0]);
    const one = { group: 'alerted', 'alert-above': 6, 'alert-for': '400ms', 'fail-on-alert': true } as const;
    const { code, data } = await printed(lag, args({ ...one, watch: true, every: '100ms' }));
    const states = data.split('\n').map((line) => (JSON.parse(line) as Shown).alert.state);
    expect(code).toBe(1);
    expect(states.slice(0, -1).every((state) => state === 'pending')).toBe(true);
    expect([states[0], states.at(-1)]).toEqual(['pending', 'firing']);
    expect((await printed(lag, args({ ...one, 'alert-for': '0s' }))).code).toBe(1);
    expect((await printed(lag, args({ ...one, 'alert-for': '0s', 'alert-above': 7 }))).code).toBe(0);
    await expect(printed(lag, args(one))).rejects.toMatchObject({ exitCode: 2, message: like('--watch') });
    await expect(printed(lag, args({ ...one, every: '5' }))).rejects.toMatchObject({ exitCode: 2 });
  }, 30_000);
});
