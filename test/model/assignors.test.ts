import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assign,
  moved,
  numberedMembers,
  strategyNames,
  type Assignment,
  type GroupMember,
  type StrategyName,
  type TopicPartition,
  type TopicSizes,
} from '../../constructs/model/assignors.js';
import { MusterError } from '../../constructs/model/error.js';

/** `t1-0, t1-2` as partitions; nothing as none. */
const read = (list: string): TopicPartition[] =>
  list === ''
    ? []
    : list.split(', ').map((name) => {
        const dash = name.lastIndexOf('-');
        return { topic: name.slice(0, dash), partition: Number(name.slice(dash + 1)) };
      });
const write = (partitions: readonly TopicPartition[] | undefined): string =>
  (partitions ?? []).map(({ topic, partition }) => `${topic}-${partition}`).join(', ');
/** Kafka's own tests of the range assignor compare sets. */
const sorted = (list: string): string => list.split(', ').sort().join(', ');

const c = (id: string, rest: Partial<GroupMember> = {}): GroupMember => ({ id, ...rest });
/** A vector: the test of Kafka's it restates, topics, members, and what each of them gets. */
type Vector = readonly [string, TopicSizes, readonly GroupMember[], readonly string[]];

/** clients/src/test/java/org/apache/kafka/clients/consumer/RangeAssignorTest.java, the cases without racks. */
const rangeTest: readonly Vector[] = [
  ['testOneConsumerNoTopic', {}, [c('c1', { topics: [] })], ['']],
  ['testOneConsumerNonexistentTopic', {}, [c('c1', { topics: ['t1'] })], ['']],
  ['testOneConsumerOneTopic', { t1: 3 }, [c('c1')], ['t1-0, t1-1, t1-2']],
  ['testOnlyAssignsPartitionsFromSubscribedTopics', { t1: 3, other: 3 }, [c('c1', { topics: ['t1'] })], ['t1-0, t1-1, t1-2']],
  ['testOneConsumerMultipleTopics', { t1: 1, t2: 2 }, [c('c1')], ['t1-0, t2-0, t2-1']],
  ['testTwoConsumersOneTopicOnePartition', { t1: 1 }, [c('c1'), c('c2')], ['t1-0', '']],
  ['testTwoConsumersOneTopicTwoPartitions', { t1: 2 }, [c('c1'), c('c2')], ['t1-0', 't1-1']],
  [
    'testMultipleConsumersMixedTopics',
    { t1: 3, t2: 2 },
    [c('c1', { topics: ['t1'] }), c('c2'), c('c3', { topics: ['t1'] })],
    ['t1-0', 't1-1, t2-0, t2-1', 't1-2'],
  ],
  ['testTwoConsumersTwoTopicsSixPartitions', { t1: 3, t2: 3 }, [c('c1'), c('c2')], ['t1-0, t1-1, t2-0, t2-1', 't1-2, t2-2']],
  [
    'testTwoStaticConsumersTwoTopicsSixPartitions',
    { t1: 3, t2: 3 },
    [c('consumer-b', { instanceId: 'instance1' }), c('consumer-a', { instanceId: 'instance2' })],
    ['t1-0, t1-1, t2-0, t2-1', 't1-2, t2-2'],
  ],
  [
    'testOneStaticConsumerAndOneDynamicConsumerTwoTopicsSixPartitions',
    { t1: 3, t2: 3 },
    [c('consumer-b', { instanceId: 'instance1' }), c('consumer-a')],
    ['t1-0, t1-1, t2-0, t2-1', 't1-2, t2-2'],
  ],
  [
    'testStaticMemberRangeAssignmentPersistent',
    { t1: 5, t2: 4 },
    [c('c1', { instanceId: 'i1' }), c('c2', { instanceId: 'i2' }), c('c3', { instanceId: 'i3' }), c('c4')],
    ['t1-0, t1-1, t2-0', 't1-2, t2-1', 't1-3, t2-2', 't1-4, t2-3'],
  ],
  [
    'testStaticMemberRangeAssignmentPersistentAfterMemberIdChanges',
    { t1: 5, t2: 5 },
    [c('c1', { instanceId: 'i1' }), c('c5', { instanceId: 'i2' }), c('c4', { instanceId: 'i3' })],
    ['t1-0, t1-1, t2-0, t2-1', 't1-2, t1-3, t2-2, t2-3', 't1-4, t2-4'],
  ],
  [
    'testRackAwareAssignmentWithUniformSubscription (racks not used)',
    { t1: 6, t2: 7, t3: 2 },
    [c('c1'), c('c2'), c('c3')],
    ['t1-0, t1-1, t2-0, t2-1, t2-2, t3-0', 't1-2, t1-3, t2-3, t2-4, t3-1', 't1-4, t1-5, t2-5, t2-6'],
  ],
  [
    'testRackAwareAssignmentWithNonEqualSubscription (racks not used)',
    { t1: 6, t2: 7, t3: 2 },
    [c('c1'), c('c2'), c('c3', { topics: ['t1', 't3'] })],
    ['t1-0, t1-1, t2-0, t2-1, t2-2, t2-3, t3-0', 't1-2, t1-3, t2-4, t2-5, t2-6, t3-1', 't1-4, t1-5'],
  ],
  [
    'testRackAwareAssignmentWithUniformPartitions (racks not used)',
    { t1: 5, t2: 5, t3: 5 },
    [c('c1'), c('c2'), c('c3')],
    ['t1-0, t1-1, t2-0, t2-1, t3-0, t3-1', 't1-2, t1-3, t2-2, t2-3, t3-2, t3-3', 't1-4, t2-4, t3-4'],
  ],
  [
    'testCoPartitionedAssignmentWithSameSubscription (racks not used)',
    { t1: 6, t2: 6, t3: 2, t4: 2, t5: 4, t6: 4 },
    [c('c1'), c('c2'), c('c3')],
    [
      't1-0, t1-1, t2-0, t2-1, t3-0, t4-0, t5-0, t5-1, t6-0, t6-1',
      't1-2, t1-3, t2-2, t2-3, t3-1, t4-1, t5-2, t6-2',
      't1-4, t1-5, t2-4, t2-5, t5-3, t6-3',
    ],
  ],
];

/** clients/src/test/java/org/apache/kafka/clients/consumer/RoundRobinAssignorTest.java, all of it. */
const roundRobinTest: readonly Vector[] = [
  ['testOneConsumerNoTopic', {}, [c('consumer', { topics: [] })], ['']],
  ['testOneConsumerNonexistentTopic', {}, [c('consumer', { topics: ['topic'] })], ['']],
  ['testOneConsumerOneTopic', { topic: 3 }, [c('consumer')], ['topic-0, topic-1, topic-2']],
  [
    'testOnlyAssignsPartitionsFromSubscribedTopics',
    { topic: 3, other: 3 },
    [c('consumer', { topics: ['topic'] })],
    ['topic-0, topic-1, topic-2'],
  ],
  ['testOneConsumerMultipleTopics', { t1: 1, t2: 2 }, [c('consumer')], ['t1-0, t2-0, t2-1']],
  ['testTwoConsumersOneTopicOnePartition', { topic: 1 }, [c('c1'), c('c2')], ['topic-0', '']],
  ['testTwoConsumersOneTopicTwoPartitions', { topic: 2 }, [c('c1'), c('c2')], ['topic-0', 'topic-1']],
  [
    'testMultipleConsumersMixedTopics',
    { t1: 3, t2: 2 },
    [c('c1', { topics: ['t1'] }), c('c2'), c('c3', { topics: ['t1'] })],
    ['t1-0', 't1-1, t2-0, t2-1', 't1-2'],
  ],
  ['testTwoDynamicConsumersTwoTopicsSixPartitions', { t1: 3, t2: 3 }, [c('c1'), c('c2')], ['t1-0, t1-2, t2-1', 't1-1, t2-0, t2-2']],
  [
    'testTwoStaticConsumersTwoTopicsSixPartitions',
    { t1: 3, t2: 3 },
    [c('consumer-b', { instanceId: 'instance1' }), c('consumer-a', { instanceId: 'instance2' })],
    ['t1-0, t1-2, t2-1', 't1-1, t2-0, t2-2'],
  ],
  [
    'testOneStaticConsumerAndOneDynamicConsumerTwoTopicsSixPartitions',
    { t1: 3, t2: 3 },
    [c('consumer-b', { instanceId: 'instance1' }), c('consumer-a')],
    ['t1-0, t1-2, t2-1', 't1-1, t2-0, t2-2'],
  ],
  [
    'testStaticMemberRoundRobinAssignmentPersistent',
    { t1: 3, t2: 3 },
    [c('c1', { instanceId: 'i1' }), c('c2', { instanceId: 'i2' }), c('c3', { instanceId: 'i3' }), c('c5')],
    ['t1-0, t2-1', 't1-1, t2-2', 't1-2', 't2-0'],
  ],
  [
    'testStaticMemberRoundRobinAssignmentPersistentAfterMemberIdChanges',
    { t1: 5, t2: 5 },
    [c('c1', { instanceId: 'i1' }), c('c5', { instanceId: 'i2' }), c('c4', { instanceId: 'i3' })],
    ['t1-0, t1-3, t2-1, t2-4', 't1-1, t1-4, t2-2', 't1-2, t2-0, t2-3'],
  ],
];

const o = (id: string, owned: string, generation = 1): GroupMember => ({ id, owned: read(owned), generation });

/** clients/src/test/java/org/apache/kafka/clients/consumer/internals/AbstractStickyAssignorTest.java (StickyAssignorTest runs it): equal subscriptions. */
const stickyTest: readonly Vector[] = [
  ['testOneConsumerNonexistentTopic', { topic: 0 }, [c('consumer')], ['']],
  ['testOneConsumerOneTopic', { topic: 3 }, [c('consumer')], ['topic-0, topic-1, topic-2']],
  [
    'testOnlyAssignsPartitionsFromSubscribedTopics',
    { topic: 2 },
    [o('consumer', 'topic-0, topic-1, other-0, other-1')],
    ['topic-0, topic-1'],
  ],
  ['testOneConsumerMultipleTopics', { t1: 1, t2: 2 }, [c('consumer')], ['t1-0, t2-0, t2-1']],
  ['testTwoConsumersOneTopicTwoPartitions', { topic: 2 }, [c('consumer1'), c('consumer2')], ['topic-0', 'topic-1']],
  ['testTwoConsumersTwoTopicsSixPartitions', { t1: 3, t2: 3 }, [c('consumer1'), c('consumer2')], ['t1-0, t1-2, t2-1', 't1-1, t2-0, t2-2']],
  [
    'testConsumerOwningMinQuotaExpectedMaxQuota',
    { t1: 2, t2: 3 },
    [o('consumer1', 't1-0, t2-1'), o('consumer2', 't1-1, t2-2')],
    ['t1-0, t2-1, t2-0', 't1-1, t2-2'],
  ],
  [
    'testMaxQuotaConsumerMoreThanNumExpectedMaxCapacityMembers',
    { t1: 2, t2: 2 },
    [o('consumer1', 't1-0, t2-0'), o('consumer2', 't1-1, t2-1'), o('consumer3', '')],
    ['t1-0', 't1-1, t2-1', 't2-0'],
  ],
  [
    'testAllConsumersAreUnderMinQuota',
    { t1: 2, t2: 3 },
    [o('consumer1', 't1-0'), o('consumer2', 't1-1'), o('consumer3', '')],
    ['t1-0, t2-1', 't1-1, t2-2', 't2-0'],
  ],
  [
    'testAddRemoveConsumerOneTopic, one added',
    { topic: 3 },
    [o('consumer1', 'topic-0, topic-1, topic-2'), o('consumer2', '')],
    ['topic-0, topic-1', 'topic-2'],
  ],
  ['testAddRemoveConsumerOneTopic, one removed', { topic: 3 }, [o('consumer2', 'topic-2')], ['topic-2, topic-0, topic-1']],
  [
    'testAddRemoveTwoConsumersTwoTopics',
    { t1: 3, t2: 4 },
    [c('consumer1'), c('consumer2')],
    ['t1-0, t1-2, t2-1, t2-3', 't1-1, t2-0, t2-2'],
  ],
  [
    'testAddRemoveTwoConsumersTwoTopics, two added',
    { t1: 3, t2: 4 },
    [o('consumer1', 't1-0, t1-2, t2-1, t2-3'), o('consumer2', 't1-1, t2-0, t2-2'), o('consumer3', ''), o('consumer4', '')],
    ['t1-0, t2-1', 't2-0, t1-1', 't1-2, t2-3', 't2-2'],
  ],
  [
    'testAddRemoveTwoConsumersTwoTopics, two removed',
    { t1: 3, t2: 4 },
    [o('consumer3', 't1-2, t2-3'), o('consumer4', 't2-2')],
    ['t1-2, t2-3, t1-0, t2-1', 't2-2, t1-1, t2-0'],
  ],
  [
    'testAllConsumersReachExpectedQuotaAndAreConsideredFilled',
    { topic: 4 },
    [o('consumer1', 'topic-0, topic-1'), o('consumer2', 'topic-2'), o('consumer3', '')],
    ['topic-0, topic-1', 'topic-2', 'topic-3'],
  ],
  [
    'testOwnedPartitionsAreInvalidatedForConsumerWithStaleGeneration',
    { t: 3, t2: 3 },
    [o('consumer1', 't-0, t-2, t2-1', 10), o('consumer2', 't-0, t-2, t2-1', 9)],
    ['t-0, t2-1, t-2', 't-1, t2-0, t2-2'],
  ],
  [
    'testOwnedPartitionsAreInvalidatedForConsumerWithNoGeneration',
    { t: 3, t2: 3 },
    [o('consumer1', 't-0, t-2, t2-1', 10), c('consumer2', { owned: read('t-0, t-2, t2-1') })],
    ['t-0, t2-1, t-2', 't-1, t2-0, t2-2'],
  ],
  [
    'testPartitionsTransferringOwnershipIncludeThePartitionClaimedByMultipleConsumersInSameGeneration',
    { topic: 3 },
    [o('consumer1', 'topic-0, topic-1'), o('consumer2', 'topic-0, topic-2'), o('consumer3', '')],
    ['topic-1', 'topic-2', 'topic-0'],
  ],
  [
    'testEnsurePartitionsAssignedToHighestGeneration',
    { t: 3, t2: 3, t3: 3 },
    [o('consumer1', 't-0, t2-0, t3-0', 10), o('consumer2', 't-1, t2-1, t3-1', 9), o('consumer3', 't2-1, t3-0, t3-2', 8)],
    ['t-0, t2-0, t3-0', 't-1, t2-1, t3-1', 't3-2, t-2, t2-2'],
  ],
  [
    'testNoReassignmentOnCurrentMembers',
    { t: 3, t1: 3, t2: 3, t3: 3 },
    [c('consumer1'), o('consumer2', 't-0, t2-0, t1-0', 9), o('consumer3', 't3-2, t2-2, t1-1', 8), o('consumer4', 't3-1, t-1, t-2', 7)],
    ['t1-2, t2-1, t3-0', 't-0, t1-0, t2-0', 't1-1, t2-2, t3-2', 't-1, t3-1, t-2'],
  ],
  [
    'testOwnedPartitionsAreInvalidatedForConsumerWithMultipleGeneration',
    { t: 3, t2: 3 },
    [o('consumer1', 't-0, t2-1, t-1', 10), o('consumer2', 't-0, t2-1, t2-2', 8)],
    ['t-0, t-1, t2-1', 't2-2, t-2, t2-0'],
  ],
  [
    'testRackAwareAssignmentWithUniformSubscription (racks not used)',
    { t1: 6, t2: 7, t3: 2 },
    [c('consumer1'), c('consumer2'), c('consumer3')],
    ['t1-0, t1-3, t2-0, t2-3, t2-6', 't1-1, t1-4, t2-1, t2-4, t3-0', 't1-2, t1-5, t2-2, t2-5, t3-1'],
  ],
];

describe.each([
  ['range', rangeTest, sorted],
  ['roundrobin', roundRobinTest, (list: string) => list],
  ['sticky', stickyTest, (list: string) => list],
] as const)('%s, as in Kafka', (strategy: StrategyName, vectors, order) => {
  it.each(vectors)('%s', (_, topics, members, expected) => {
    const assignment = assign(strategy, topics, members);
    expect(members.map(({ id }) => order(write(assignment.get(id))))).toEqual(expected.map(order));
  });
});

const sizesOf = (assignment: Assignment): number[] => [...assignment.values()].map((partitions) => partitions.length);
const owning = (assignment: Assignment): GroupMember[] =>
  [...assignment].map(([id, owned], index) => ({ id, owned, generation: index % 2 }));

describe('every strategy', () => {
  const group = fc.record({
    strategy: fc.constantFrom(...strategyNames),
    sizes: fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }),
    members: fc.integer({ min: 1, max: 40 }),
  });
  const topicsOf = (sizes: readonly number[]): TopicSizes => Object.fromEntries(sizes.map((size, index) => [`topic-${index}`, size]));

  it('gives each partition to exactly one member', () => {
    fc.assert(
      fc.property(group, ({ strategy, sizes, members }) => {
        const given = [...assign(strategy, topicsOf(sizes), numberedMembers(members)).values()].flat();
        const all = sizes.flatMap((size, topic) => Array.from({ length: size }, (_, partition) => `topic-${topic}-${partition}`));
        expect(given.map((partition) => write([partition])).sort()).toEqual(all.sort());
      }),
    );
  });

  it('gives nobody two more than another: range topic by topic, the others over all topics', () => {
    fc.assert(
      fc.property(group, ({ strategy, sizes, members }) => {
        for (const list of strategy === 'range' ? sizes.map((size) => [size]) : [sizes]) {
          const owned = sizesOf(assign(strategy, topicsOf(list), numberedMembers(members)));
          expect(Math.max(...owned) - Math.min(...owned)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('leaves the members beyond the partitions idle', () => {
    for (const strategy of strategyNames)
      expect(sizesOf(assign(strategy, { orders: 6 }, numberedMembers(8)))).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
  });

  it('shares 12 partitions among 5 members as 3-3-2-2-2, not 3-2-3-2-2', () => {
    for (const strategy of strategyNames) expect(sizesOf(assign(strategy, { orders: 12 }, numberedMembers(5)))).toEqual([3, 3, 2, 2, 2]);
  });

  it('gives nothing to nobody', () => {
    for (const strategy of strategyNames) expect(assign(strategy, { orders: 6 }, []).size).toBe(0);
  });
});

describe('sticky', () => {
  it('moves no more than a fair share when members come or go', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (partitions, from, to) => {
        const before = assign('sticky', { orders: partitions }, numberedMembers(from));
        const old = owning(before).map((member) => ({ ...member, generation: 1 }));
        const members = Array.from({ length: to }, (_, index) => old[index] ?? { id: `new-${index}` });
        const after = assign('sticky', { orders: partitions }, members);
        const sizes = sizesOf(after);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        // Nobody who stays gives up a partition that fits into the larger share while somebody else keeps more.
        if (to >= from) expect(moved(before, after).length).toBeLessThanOrEqual(partitions - from * Math.floor(partitions / to));
      }),
    );
  });

  it('says so when members read different topics', () => {
    expect(() => assign('sticky', { t1: 3, t2: 2 }, [c('c1', { topics: ['t1'] }), c('c2')])).toThrow(MusterError);
  });
});

describe('moved', () => {
  it('is what changes hands', () => {
    const before = assign('range', { orders: 6 }, numberedMembers(2));
    expect(write(moved(before, assign('range', { orders: 6 }, numberedMembers(3))))).toBe('orders-2, orders-4, orders-5');
    expect(moved(before, before)).toEqual([]);
  });
});

describe('numberedMembers', () => {
  it('keeps the order of the numbers as text', () => {
    const ids = numberedMembers(12).map(({ id }) => id);
    expect([...ids].sort()).toEqual(ids);
    expect([ids[0], ids[11]]).toEqual(['member-01', 'member-12']);
  });
});
