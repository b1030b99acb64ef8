/**
 * The histories by which Jepsen tests its own checker for Kafka, as data.
 * Source: https://github.com/jepsen-io/jepsen/blob/c4c7473d9ee22a06318433f7c523185478dd6f86/jepsen/test/jepsen/tests/kafka_test.clj
 * What the anomalies are called and mean: jepsen/src/jepsen/tests/kafka.clj of the same commit.
 */

/** `[key, value, offset]`; without an offset, the history does not know it. */
export type Send = readonly [key: string, value: string | number, offset?: number];
/** `[key, offset, value]`. */
export type Read = readonly [key: string, offset: number, value: string | number];

export interface Op {
  readonly process: number;
  /** How it ended: acknowledged or committed, unknown, or failed for certain. */
  readonly type: 'ok' | 'info' | 'fail';
  readonly send?: readonly Send[];
  readonly poll?: readonly Read[];
}

/** Jepsen's names. */
export type Anomaly =
  | 'lost-write'
  | 'G1a'
  | 'inconsistent-offsets'
  | 'poll-skip'
  | 'int-poll-skip'
  | 'int-send-skip'
  | 'nonmonotonic-poll'
  | 'int-nonmonotonic-poll'
  | 'nonmonotonic-send'
  | 'int-nonmonotonic-send'
  | 'duplicate'
  | 'precommitted-read'
  | 'G0'
  | 'G1c';

export interface JepsenHistory {
  readonly name: string;
  /** The `deftest` and its `testing`. */
  readonly of: string;
  readonly ops: readonly Op[];
  /** What the checker's test says it finds. */
  readonly anomalies: readonly Anomaly[];
  /** Work is done in transactions: polls of failed ones were taken back. */
  readonly transactional?: true;
  /** Our figures, where they are not all 0. */
  readonly ours: {
    readonly lost?: number;
    readonly duplicates?: number;
    readonly reordered?: number;
    readonly refusedSeen?: number;
    readonly cut?: number;
    readonly reworked?: number;
  };
  /** Why we judge otherwise on purpose; absent where we agree. */
  readonly differs?: string;
}

const ok = (process: number, op: Omit<Op, 'process' | 'type'>): Op => ({ process, type: 'ok', ...op });
const info = (process: number, op: Omit<Op, 'process' | 'type'>): Op => ({ process, type: 'info', ...op });
const fail = (process: number, op: Omit<Op, 'process' | 'type'>): Op => ({ process, type: 'fail', ...op });

const sendOneAtX = info(0, { send: [['x', 1, 0], ['y', 1]] }); // prettier-ignore
const sendTwoAtX = ok(1, { send: [['x', 2, 0]] });
const crashedPair = info(0, { send: [['x', 'a'], ['y', 'b', 0]] }); // prettier-ignore
const crashedC = info(1, { send: [['y', 'c']] });
const readC = ok(3, { poll: [['y', 1, 'c']] });
const zeroTo = (last: number): Op => ok(0, { send: Array.from({ length: last + 1 }, (_, n) => ['x', n, n] as const) });
const skips = [
  ok(0, { poll: [['x', 1, 'a'], ['x', 2, 'b']] }), // prettier-ignore
  ok(1, { poll: [['x', 3, 'c']] }),
  ok(0, { poll: [['x', 4, 'd']] }),
  ok(2, { send: [['x', 'f', 6]] }),
  ok(0, { poll: [['x', 7, 'g']] }),
];
const skipWrites = info(3, { send: ['a', 'b', 'c', 'd', 'g'].map((value) => ['x', value] as const) });
const back = [
  ok(0, { send: ['a', 'b', 'c', 'd'].map((value) => ['x', value] as const) }),
  ok(0, { poll: [['x', 1, 'a'], ['x', 2, 'b'], ['x', 3, 'c']] }), // prettier-ignore
  ok(0, { poll: [['x', 2, 'b'], ['x', 3, 'c'], ['x', 4, 'd']] }), // prettier-ignore
];

export const jepsenHistories: readonly JepsenHistory[] = [
  {
    name: 'two values acknowledged at offset 537, of a real run',
    of: 'version-orders-test, "a real-world example"',
    ops: [ok(379, { send: [['k11', 641, 537]] }), ok(363, { send: [['k11', 645, 537]] })],
    anomalies: ['inconsistent-offsets'],
    ours: { cut: 1, lost: 1 },
  },
  {
    name: 'a send of unknown end conflicts with an acknowledged one: it need not have happened',
    of: 'inconsistent-offsets-test, "info conflicts"',
    ops: [sendOneAtX, sendTwoAtX],
    anomalies: [],
    ours: {},
  },
  {
    name: 'the same, and its other half is read: so it did happen',
    of: 'inconsistent-offsets-test, "info conflicts", with the poll',
    ops: [sendOneAtX, sendTwoAtX, ok(2, { poll: [['y', 5, 1]] })],
    anomalies: ['inconsistent-offsets'],
    ours: {},
    differs: 'a send that failed has no offset in our evidence, and a send is one record: none vouches for another',
  },
  {
    name: 'a failed write is read',
    of: 'g1a-test',
    ops: [fail(0, { send: [['x', 2], ['y', 3]] }), ok(1, { poll: [['x', 0, 2]] })], // prettier-ignore
    anomalies: ['G1a'],
    ours: { refusedSeen: 1 },
  },
  {
    name: 'a and b lie below c, which was read, and are not read themselves; d lies above it',
    of: 'lost-write-test, "consistent"',
    ops: [
      ok(0, { send: [['x', 'a', 0]] }),
      ok(0, { send: [['x', 'b', 1], ['x', 'd', 3]] }), // prettier-ignore
      info(1, { send: [['x', 'c']] }),
      ok(0, { poll: [['x', 2, 'c']] }),
    ],
    anomalies: ['lost-write'],
    ours: { lost: 2 },
  },
  {
    name: 'b overwrote a at offset 0',
    of: 'lost-write-test, "inconsistent"',
    ops: [
      ok(0, { send: [['x', 'a', 0]] }),
      ok(0, { send: [['x', 'b', 0], ['x', 'c', 2]] }), // prettier-ignore
      ok(0, { poll: [['x', 0, 'b'], ['x', 2, 'c']] }), // prettier-ignore
    ],
    anomalies: ['lost-write', 'inconsistent-offsets'],
    ours: { lost: 1, cut: 1 },
  },
  {
    name: 'a crashed transaction of which nothing was read is no loss',
    of: 'lost-write-test, "atomic", without the poll of a',
    ops: [crashedPair, crashedC, readC],
    anomalies: [],
    ours: {},
  },
  {
    name: 'a crashed transaction of which one half was read, and the other not',
    of: 'lost-write-test, "atomic"',
    ops: [crashedPair, crashedC, ok(2, { poll: [['x', 0, 'a']] }), readC],
    anomalies: ['lost-write'],
    ours: {},
    differs:
      'b was acknowledged to nobody, and only what is acknowledged is promised; halves of transactions are for the lane that reads what they wrote',
  },
  {
    name: 'a process reads 1 2 4 7 while 3 is read by another and 6 by nobody; 5 may be a gap',
    of: 'poll-skip-test',
    ops: [...skips, skipWrites],
    anomalies: ['poll-skip', 'lost-write'],
    ours: { lost: 1 },
  },
  {
    name: 'an aborted transaction is taken back, and its records come again',
    of: 'poll-skip-test, "txn abort", "good"',
    ops: [
      zeroTo(2),
      ok(1, { poll: [['x', 0, 0]] }),
      fail(1, { poll: [['x', 1, 1], ['x', 2, 2]] }), // prettier-ignore
      info(1, { poll: [['x', 1, 1], ['x', 2, 2]] }), // prettier-ignore
      ok(1, { poll: [['x', 1, 1], ['x', 2, 2]] }), // prettier-ignore
    ],
    anomalies: [],
    transactional: true,
    ours: { reworked: 4 },
  },
  {
    name: 'an aborted transaction is not taken back',
    of: 'poll-skip-test, "txn abort", "abort doesn\'t roll back"',
    ops: [
      zeroTo(5),
      ok(1, { poll: [['x', 0, 0]] }),
      fail(1, { poll: [['x', 1, 1], ['x', 2, 2]] }), // prettier-ignore
      fail(1, { poll: [['x', 3, 3], ['x', 4, 4]] }), // prettier-ignore
      ok(1, { poll: [['x', 5, 5]] }),
    ],
    anomalies: ['poll-skip'],
    transactional: true,
    ours: {},
    differs:
      'no line of ours says that a transaction was aborted: work that nobody repeats looks done. The lane that reads what it wrote misses it',
  },
  {
    name: 'the last of the skips is in a crashed transaction',
    of: 'poll-skip-test, "txn abort", "info can be a poll-skip"',
    ops: [
      zeroTo(5),
      ok(1, { poll: [['x', 0, 0]] }),
      fail(1, { poll: [['x', 1, 1], ['x', 2, 2]] }), // prettier-ignore
      info(1, { poll: [['x', 3, 3], ['x', 4, 4]] }), // prettier-ignore
    ],
    anomalies: ['poll-skip'],
    transactional: true,
    ours: {},
    differs: 'as above',
  },
  {
    name: 'a process reads 1 2 3 and goes back to 2 3 4',
    of: 'nonmonotonic-poll-test, "together"',
    ops: back,
    anomalies: ['nonmonotonic-poll'],
    ours: { duplicates: 2 },
  },
  {
    name: 'the same, after it had subscribed to something else in between',
    of: 'nonmonotonic-poll-test, "with intermediate subscribe"',
    ops: back,
    anomalies: [],
    ours: { duplicates: 2 },
    differs: 'who comes back to a partition begins where it was committed: with no crash in between a repeat has no excuse',
  },
  {
    name: 'the later sends of a process lie before its earlier ones',
    of: 'nonmonotonic-send-test',
    ops: [
      ok(0, { send: [['x', 'c', 3], ['x', 'd', 4]] }), // prettier-ignore
      ok(0, { send: [['x', 'a', 1], ['x', 'b', 2]] }), // prettier-ignore
    ],
    anomalies: ['nonmonotonic-send'],
    ours: { reordered: 2 },
  },
  {
    name: 'a transaction reads 1 and 4, twice, though 2 is there',
    of: 'int-poll-skip-test',
    ops: [
      info(1, { send: [['x', 'a'], ['x', 'b'], ['x', 'd']] }), // prettier-ignore
      ok(0, { poll: [['x', 1, 'a'], ['x', 4, 'd']] }), // prettier-ignore
      ok(0, { poll: [['x', 1, 'a'], ['x', 4, 'd']] }), // prettier-ignore
      ok(0, { poll: [['x', 2, 'b']] }),
    ],
    anomalies: ['int-poll-skip', 'nonmonotonic-poll'],
    ours: { duplicates: 2, reordered: 1 },
  },
  {
    name: 'a record of another lies between two of one transaction',
    of: 'int-send-skip-test',
    ops: [
      ok(0, { send: [['x', 'a', 1], ['x', 'c']] }), // prettier-ignore
      info(1, { send: [['x', 'b']] }),
      ok(2, { poll: [['x', 2, 'b'], ['x', 3, 'c']] }), // prettier-ignore
    ],
    anomalies: ['int-send-skip', 'lost-write'],
    ours: { lost: 1 },
  },
  {
    name: 'a poll yields offset 3 before 1, and 3 again',
    of: 'int-nonmonotonic-poll-test',
    ops: [
      info(0, { send: [['x', 'a'], ['x', 'b'], ['x', 'c']] }), // prettier-ignore
      ok(0, { poll: [['x', 3, 'c'], ['x', 1, 'a']] }), // prettier-ignore
      ok(0, { poll: [['x', 2, 'b'], ['x', 3, 'c'], ['x', 3, 'c']] }), // prettier-ignore
    ],
    anomalies: ['int-nonmonotonic-poll'],
    ours: { reordered: 2, duplicates: 2 },
  },
  {
    name: 'the second send of a transaction lies before its first',
    of: 'int-nonmonotonic-send-test',
    ops: [
      ok(0, { send: [['x', 'c', 3], ['x', 'a', 1]] }), // prettier-ignore
      info(0, { send: [['y', 'd'], ['y', 'b']] }), // prettier-ignore
      info(1, { send: [['y', 'c']] }),
      ok(0, { poll: [['y', 2, 'b'], ['y', 3, 'c'], ['y', 4, 'd']] }), // prettier-ignore
    ],
    anomalies: ['int-nonmonotonic-send'],
    ours: { reordered: 2 },
  },
  {
    name: 'a was acknowledged at 1 and is read at 3',
    of: 'duplicate-test, "basic"',
    ops: [ok(0, { send: [['x', 'a', 1]] }), info(1, { send: [['x', 'b']] }), ok(2, { poll: [['x', 2, 'b'], ['x', 3, 'a']] })], // prettier-ignore
    anomalies: ['duplicate'],
    ours: {},
    differs: 'a record that lies in the log twice and is processed once harms nobody; processed at both places it is a duplicate',
  },
  {
    name: 'ten values, all acknowledged at 0 and read at 1',
    of: 'duplicate-test, "hash-insensitive"',
    ops: Array.from({ length: 10 }, (_, n) => [ok(0, { send: [['x', n, 0]] }), ok(1, { poll: [['x', 1, n]] })]).flat(),
    anomalies: ['duplicate', 'inconsistent-offsets'],
    ours: { cut: 9 },
  },
  {
    name: 'a poll of an aborted transaction sees a value again, and one that failed',
    of: 'duplicate-test, "aborted txns"',
    ops: [ok(0, { send: [['x', 0, 1]] }), fail(0, { send: [['x', 1, 2]] }), fail(1, { poll: [['x', 11, 0], ['x', 12, 1]] })], // prettier-ignore
    anomalies: ['duplicate'],
    transactional: true,
    ours: { refusedSeen: 1 },
    differs: 'what is told of the repeat holds as above; of the failed send we are stricter, for a handler saw what was refused',
  },
  {
    name: 'a is read, then b: at the end nothing is unseen',
    of: 'unseen-test',
    ops: [ok(0, { send: [['x', 'a', 0], ['x', 'b', 1]] }), ok(0, { poll: [['x', 0, 'a']] }), ok(0, { poll: [['x', 1, 'b']] })], // prettier-ignore
    anomalies: [],
    ours: {},
  },
  {
    name: 'two transactions write two keys in opposite orders',
    of: 'g0-test',
    ops: [ok(0, { send: [['x', 'a', 0], ['y', 'a', 1]] }), ok(1, { send: [['x', 'b', 1], ['y', 'b', 0]] })], // prettier-ignore
    anomalies: ['G0'],
    ours: {},
    differs: 'Kafka promises order within a partition; cycles between transactions over several are not what a drill is about',
  },
  {
    name: 'two transactions see each other',
    of: 'g1c-pure-wr-test',
    ops: [ok(0, { send: [['x', 'a', 0]], poll: [['y', 0, 'b']] }), ok(1, { send: [['y', 'b', 0]], poll: [['x', 0, 'a']] })],
    anomalies: ['G1c'],
    ours: {},
    differs: 'as above',
  },
  {
    name: 'a transaction reads its own write before it commits',
    of: 'precommitted-read-test',
    ops: [ok(0, { send: [['x', 'a', 0]], poll: [['x', 0, 'a']] })],
    anomalies: ['precommitted-read'],
    ours: {},
    differs: 'no worker of ours reads what it writes',
  },
];
