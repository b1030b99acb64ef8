import type { Plan } from './plan.js';
import { evenCounts } from './balance.js';
import { stayingShare } from './key-spread.js';
import { bytesPerSecond, perSecond } from './plan-words.js';
import { latencyCap, memberRate, roundUp, sizingDefaults } from './sizing.js';
import { formatDuration, formatSize } from './units.js';
import type { ConsumerGroup } from './workload.js';

/** What a planner should know beside the numbers: a `warning` will hurt, a `note` is worth a thought. */
export interface PlanWarning {
  readonly level: 'warning' | 'note';
  /** The number it is about, as in the plan's reasons. */
  readonly about: string;
  readonly message: string;
}

type Draft = Omit<Plan, 'warnings'>;
type Check = (plan: Draft) => readonly PlanWarning[];

const warning = (about: string, message: string): PlanWarning => ({ level: 'warning', about, message });
const note = (about: string, message: string): PlanWarning => ({ level: 'note', about, message });
const when = (condition: boolean, finding: () => PlanWarning): PlanWarning[] => (condition ? [finding()] : []);

/** A group that does less than comes in, and what would do: work time, work at once, members, keys. */
const slowGroups: Check = ({ workload, partitions, groups }) => {
  const rate = workload.recordsPerSecond;
  return workload.groups.flatMap((group) => {
    const plan = groups.find(({ name }) => name === group.name);
    if (group.handling === undefined || plan?.capacity === undefined || plan.capacity > rate) return [];
    if (plan.capacity === rate)
      return [
        warning(`${group.name}.capacity`, `${group.name} does just what comes in, ${perSecond(rate)}: it never catches up after a stop`),
      ];
    return [
      warning(`${group.name}.capacity`, slowGroup(group, plan.capacity, plan.active, rate, partitions)),
      ...orderedKeys(group, rate, workload.given.keys, plan.keysCapacity),
    ];
  });
};

function slowGroup(
  { name, handling = { workMs: 1 } }: ConsumerGroup,
  capacity: number,
  active: number,
  rate: number,
  partitions: number,
): string {
  const { workMs, batch = 1, parallelism = 1 } = handling;
  const each = memberRate(handling);
  const atOnce = (members: number): number => roundUp((rate * workMs) / 1000 / members);
  const longest = (members: number): string => formatMs((1000 * batch * parallelism * members) / rate);
  const full = partitions * each;
  const more =
    full >= rate
      ? `; ${roundUp(rate / each)} members or more would do`
      : `; even ${partitions} members, one a partition, do ${perSecond(full)}`;
  return (
    `${name} does ${perSecond(capacity)} of the ${perSecond(rate)} that come in (${formatMs(workMs)} of work × ${active} at work), and its lag grows without end${more}. ` +
    `What would just do: work of ${longest(active)} or less with ${plural(active)}, ${longest(partitions)} with ${partitions}; ` +
    `or ${atOnce(active)} records at once in ${active === 1 ? 'the one member' : `each of ${active} members`}, ${atOnce(partitions)} in each of ${partitions} (batches, or keys in parallel)` +
    (full < rate ? `; or ${roundUp(rate / each)} partitions with a member each` : '')
  );
}

function orderedKeys(
  { name, handling = { workMs: 1 } }: ConsumerGroup,
  rate: number,
  keys: number | undefined,
  capacity: number | undefined,
): PlanWarning[] {
  const { workMs, batch = 1 } = handling;
  if (keys === undefined || capacity === undefined || capacity >= rate) return [];
  return [
    warning(
      `${name}.keys`,
      `${keys} keys in strict order at ${formatMs(workMs)} a record do ${perSecond(capacity)} at most, however many members ${name} has, of ${perSecond(rate)} wanted. ` +
        `What would just do: work of ${formatMs((keys * batch * 1000) / rate)} or less, ${roundUp((rate * workMs) / 1000 / keys)} records of a key in one piece of work, or ${roundUp((rate * workMs) / 1000 / batch)} keys`,
    ),
  ];
}

const members: Check = ({ partitions, groups, steps }) =>
  groups.flatMap(({ name, members: count, active }) => [
    ...when(count > partitions, () =>
      note(
        `${name}.members`,
        `${count - partitions} of ${count} members of ${name} are idle: a topic of ${partitions} partitions feeds ${partitions}`,
      ),
    ),
    ...when(count < partitions && partitions % active !== 0, () => {
      const worth = steps.find((candidate) => candidate.members === count)?.worth ?? 0;
      const even = evenCounts(partitions);
      const below = even.findLast((candidate) => candidate < count) ?? 1;
      const above = even.find((candidate) => candidate > count) ?? partitions;
      return note(
        `${name}.members`,
        `${count} members of ${name} on ${partitions} partitions are worth ${Number(worth.toFixed(2))}: some own one partition more than the others and fall behind first; ${below} and ${above} share evenly`,
      );
    }),
  ]);

/** The source of S15 adds its groups up; they do not share partitions. */
const consumersAddedUp: Check = ({ workload }) => {
  const sizes = workload.groups.map(({ members: count = 0 }) => count);
  const sum = sizes.reduce((a, b) => a + b, 0);
  const largest = Math.max(...sizes);
  return when(sizes.length > 1 && workload.given.consumers === sum && sum > largest, () =>
    note(
      'partitions',
      `${sum} consumers are ${sizes.join(' + ')}, all groups together; only members of one group share partitions, so the largest, ${largest}, is what asks for partitions`,
    ),
  );
};

const keys: Check = ({ workload, partitions }) => {
  const count = workload.given.keys;
  if (count === undefined || workload.ordering === 'none') return [];
  return [
    ...when(count < partitions, () =>
      warning(
        'partitions',
        `${count} keys cannot fill ${partitions} partitions: ${partitions - count} stay empty at least, and their members idle`,
      ),
    ),
    ...when(count >= partitions && count < partitions * 20, () =>
      note(
        'partitions',
        `${count} keys do not spread over ${partitions} partitions as ${Number((count / partitions).toFixed(1))} each: a hash leaves some empty and some hot; "muster keys" with the real keys and --partitions ${partitions} shows which`,
      ),
    ),
  ];
};

const limits: Check = ({ brokers, replicas, replicasPerBroker, memoryMaps, partitions }) => [
  ...when(replicasPerBroker > sizingDefaults.replicasPerBroker, () =>
    warning(
      'replicasPerBroker',
      `${replicasPerBroker} replicas a broker are above ${sizingDefaults.replicasPerBroker}: starts, leader elections and metadata slow down; take ${roundUp((partitions * replicas) / sizingDefaults.replicasPerBroker)} brokers`,
    ),
  ),
  ...when(replicasPerBroker > latencyCap(brokers, replicas), () =>
    note(
      'replicasPerBroker',
      `${replicasPerBroker} replicas a broker are above ${latencyCap(brokers, replicas)} (100 × brokers × RF): where latency matters, take fewer partitions; advice of ZooKeeper's time`,
    ),
  ),
  ...when(memoryMaps > sizingDefaults.memoryMaps, () =>
    warning(
      'memoryMaps',
      `${memoryMaps} memory maps a broker are above the system's default of ${sizingDefaults.memoryMaps}: a broker ends with "Map failed"; raise vm.max_map_count on the nodes, or the segment size`,
    ),
  ),
];

const brokerLoad: Check = ({ workload, brokers, networkInPerBroker, networkOutPerBroker, ceiling }) => {
  const { networkRate, given } = workload;
  const most = networkRate * sizingDefaults.headroom;
  const guess = given.networkRate === undefined ? ' (a guess; give --network)' : '';
  return [
    ...when(Math.max(networkInPerBroker, networkOutPerBroker) > most, () =>
      warning(
        networkInPerBroker > networkOutPerBroker ? 'networkInPerBroker' : 'networkOutPerBroker',
        `each of ${brokers} brokers takes ${bytesPerSecond(networkInPerBroker)} and sends ${bytesPerSecond(networkOutPerBroker)}, above 80% of its ${bytesPerSecond(networkRate)} network${guess}: the cluster carries ${bytesPerSecond(ceiling)}`,
      ),
    ),
    ...when(given.diskRate !== undefined && networkInPerBroker > given.diskRate * sizingDefaults.headroom, () =>
      warning(
        'networkInPerBroker',
        `each broker writes ${bytesPerSecond(networkInPerBroker)}, above 80% of its disks' ${bytesPerSecond(given.diskRate ?? 0)}: the cluster carries ${bytesPerSecond(ceiling)}`,
      ),
    ),
  ];
};

const durability: Check = ({ replicas, minInsyncReplicas, brokers }) => [
  ...when(replicas < 3, () =>
    warning(
      'replicas',
      `replication factor ${replicas}${brokers < 3 ? ` is what ${brokers} broker${brokers === 1 ? '' : 's'} can hold` : ''}: ` +
        (replicas === 1
          ? 'losing a disk loses records'
          : 'with min ISR 1 a second loss during a restart loses acknowledged records, with 2 every restart stops writes') +
        '; production takes 3',
    ),
  ),
  ...when(replicas > 2 && minInsyncReplicas === replicas, () =>
    warning(
      'minInsyncReplicas',
      `${minInsyncReplicas} in sync of ${replicas}: the restart of any broker stops all writes with acks=all; take ${replicas - 1}`,
    ),
  ),
  ...when(replicas > 2 && minInsyncReplicas === 1, () =>
    warning('minInsyncReplicas', 'min ISR 1: acks=all then means one replica, and losing it loses acknowledged records; take 2'),
  ),
];

const horizon: Check = ({ workload, partitions, lastsMs }) => [
  ...when(lastsMs !== null && lastsMs < workload.horizonMs, () =>
    warning(
      'lastsMs',
      `${partitions} partitions are full ${lastsMs === 0 ? 'already' : `in ${Math.round((lastsMs ?? 0) / 86_400_000)} days`}, before the horizon of ${formatDuration(workload.horizonMs)}: the rate is then more than they carry`,
    ),
  ),
  ...when(workload.ordering === 'per-key', () =>
    note(
      'partitions',
      `adding partitions later moves keys and breaks their order at that moment: ${partitions} → ${partitions * 2} keeps ${Math.round(stayingShare(partitions, partitions * 2) * 100)}% of the keys in place`,
    ),
  ),
];

const guesses: Check = ({ workload }) => {
  const { produceBasis, consumeBasis, given } = workload;
  return [
    ...when(produceBasis === 'guessed', () =>
      note(
        'partitions',
        `what one partition carries (${bytesPerSecond(workload.produceBytesPerSecond)}) is a guess: "muster size --measure" measures it, --partition-rate states it`,
      ),
    ),
    ...when(produceBasis === 'stated' || consumeBasis === 'stated', () =>
      note(
        'partitions',
        'the rate of one partition is stated, not measured: "muster size --measure" measures it here, --measure --bootstrap HOST:PORT on your cluster',
      ),
    ),
    ...when(given.recordBytes === undefined, () =>
      note('storagePerBroker', `records of ${workload.recordBytes} B are a guess: give --record-size`),
    ),
  ];
};

const memory: Check = ({ workload, groups }) => {
  const { podMemory } = workload.given;
  if (podMemory === undefined) return [];
  return [
    ...groups.flatMap(({ name, memory: bytes }) =>
      when(bytes > podMemory / 2, () =>
        warning(
          `${name}.memory`,
          `a member of ${name} may hold ${formatSize(bytes)} of fetched records, more than half of its pod's ${formatSize(podMemory)}: lower fetch.max.bytes, or raise the limit`,
        ),
      ),
    ),
    ...when(workload.producerBuffer > podMemory / 2, () =>
      warning(
        'producerBuffer',
        `a producer's buffer of ${formatSize(workload.producerBuffer)} is more than half of its pod's ${formatSize(podMemory)}: the pod is killed before the buffer is full; lower buffer.memory, or raise the limit`,
      ),
    ),
  ];
};

const polls: Check = ({ groups }) =>
  groups.flatMap(({ name, maxPollRecords }) =>
    when(maxPollRecords !== undefined && maxPollRecords < sizingDefaults.maxPollRecords, () =>
      warning(
        `${name}.maxPollRecords`,
        `${sizingDefaults.maxPollRecords} records a poll (Kafka's default) take ${name} too long for max.poll.interval ${formatDuration(sizingDefaults.maxPollIntervalMs)}: it would be put out of the group; set max.poll.records to ${maxPollRecords ?? 1} or less`,
      ),
    ),
  );

const retention: Check = ({ workload, groups }) =>
  groups.flatMap(({ name, catchUpMs }) =>
    when(typeof catchUpMs === 'number' && catchUpMs + workload.outageMs > workload.retentionMs, () =>
      warning(
        `${name}.catchUpMs`,
        `${name} is not done catching up when retention (${formatDuration(workload.retentionMs)}) deletes what it has not read: records are lost to it`,
      ),
    ),
  );

const checks: readonly Check[] = [
  slowGroups,
  keys,
  limits,
  brokerLoad,
  durability,
  polls,
  retention,
  memory,
  horizon,
  members,
  consumersAddedUp,
  guesses,
];

/** All that is worth saying about a plan, warnings first. */
export function planWarnings(plan: Draft): PlanWarning[] {
  const found = checks.flatMap((check) => check(plan));
  return [...found.filter(({ level }) => level === 'warning'), ...found.filter(({ level }) => level === 'note')];
}

/** Milliseconds with what matters of their fraction: `6 ms`, `0.4 ms`, `24 ms`. */
function formatMs(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toPrecision(3))} s` : `${Number(ms.toPrecision(3))} ms`;
}

const plural = (members: number): string => (members === 1 ? '1 member' : `${members} members`);
