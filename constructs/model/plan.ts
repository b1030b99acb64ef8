import { MusterError } from './error.js';
import { step, type Step } from './balance.js';
import { planGroup, type Because, type GroupPlan } from './plan-group.js';
import { planWarnings, type PlanWarning } from './plan-warnings.js';
import { arithmetic, bytesPerSecond, days, gibibytes, number, times } from './plan-words.js';
import {
  brokerMemory,
  brokersForReads,
  brokersForWrites,
  clusterCeiling,
  dataSurvives,
  heapOf,
  lastsMs,
  memoryMaps,
  networkIn,
  networkOut,
  openFiles,
  pageCache,
  partitionsForRate,
  replicasPerBroker,
  roundUp,
  segmentsPerReplica,
  sizingDefaults,
  storagePerBroker,
  upToMultiple,
  writesSurvive,
} from './sizing.js';
import { formatDuration, formatSize } from './units.js';
import { complete, type FullWorkload, type Workload } from './workload.js';

/** Why a number is what it is. */
export interface Reason {
  /** Name of the number: `partitions`, `storagePerBroker`, `inventory.members`. */
  readonly of: string;
  /** Bytes, milliseconds, bytes or records a second, or a count: what the name says. */
  readonly value: number;
  /** The value as a person reads it. */
  readonly text: string;
  /** What decided it: `12 consumers × growth 2`. */
  readonly driver: string;
  /** The calculation with its numbers. */
  readonly formula: string;
  readonly source: string;
}

/** Everything a workload needs. Sizes in bytes, rates in bytes a second where not said otherwise. */
export interface Plan {
  readonly workload: FullWorkload;
  readonly partitions: number;
  /** Before rounding up to a multiple of the brokers. */
  readonly partitionsNeeded: number;
  /** Replication factor: `spec.replicas` of the topic. */
  readonly replicas: number;
  readonly minInsyncReplicas: number;
  readonly brokers: number;
  readonly storagePerBroker: number;
  readonly replicasPerBroker: number;
  readonly memoryPerBroker: number;
  readonly pageCachePerBroker: number;
  readonly networkInPerBroker: number;
  readonly networkOutPerBroker: number;
  /** Bytes a second the cluster carries at most. */
  readonly ceiling: number;
  readonly openFiles: number;
  readonly memoryMaps: number;
  /** Milliseconds until the partitions are full; null when they never are. */
  readonly lastsMs: number | null;
  readonly groups: readonly GroupPlan[];
  /** What steps of members are worth on these partitions. */
  readonly steps: readonly Step[];
  readonly reasons: readonly Reason[];
  readonly warnings: readonly PlanWarning[];
}

const jun = 'Jun Rao, How to choose the number of topics/partitions in a Kafka cluster (Confluent)';
const aws = 'AWS, Best practices for right-sizing your Apache Kafka clusters';
const ops = "Kafka's documentation, Hardware and OS";
const design = "Kafka's documentation, Design: Replication";
/** Sizes a workload. @throws MusterError `bad-input` for a number outside its range */
export function planOf(given: Workload): Plan {
  const w = complete(given);
  const reasons: Reason[] = [];
  const because: Because = (of, value, text, driver, formula, source) => {
    reasons.push({ of, value, text, driver, formula, source });
  };

  const replicas = given.replicationFactor ?? Math.min(3, given.brokers ?? 3);
  const minInsyncReplicas = Math.min(given.minInsyncReplicas ?? Math.max(1, replicas - 1), replicas);
  const { brokers, partitions, needed, partitionReason, brokerReason } = solve(w, replicas);
  because('partitions', partitions, times(partitions, 'partition'), ...partitionReason, jun);
  because('brokers', brokers, times(brokers, 'broker'), ...brokerReason, aws);
  because(
    'replicas',
    replicas,
    `replication factor ${replicas}`,
    replicas === 1
      ? 'one broker can hold one replica: its loss loses the data'
      : `records survive the loss of ${times(dataSurvives(replicas), 'broker')}`,
    `RF − 1 = ${dataSurvives(replicas)}`,
    design,
  );
  because(
    'minInsyncReplicas',
    minInsyncReplicas,
    `${minInsyncReplicas} in sync`,
    `writes with acks=all survive the loss of ${times(writesSurvive(replicas, minInsyncReplicas), 'broker')}, not of ${dataSurvives(replicas)}`,
    `RF − min ISR = ${replicas} − ${minInsyncReplicas} = ${writesSurvive(replicas, minInsyncReplicas)}`,
    design,
  );

  const held = replicasPerBroker(partitions, replicas, brokers);
  because(
    'replicasPerBroker',
    held,
    `${held} replicas a broker`,
    `${partitions} partitions × RF ${replicas}`,
    `ceil(${partitions} × ${replicas} ÷ ${brokers}) = ${held}`,
    arithmetic,
  );
  const storage = storagePerBroker({ ...w, bytesPerSecond: w.averageBytesPerSecond, replicationFactor: replicas, brokers, partitions });
  because(
    'storagePerBroker',
    storage,
    gibibytes(storage),
    `${formatDuration(w.retentionMs)} of ${bytesPerSecond(w.averageBytesPerSecond)}${w.given.averageRate === undefined ? '' : ' on average'}, RF ${replicas}`,
    `${bytesPerSecond(w.averageBytesPerSecond)} × ${formatDuration(w.retentionMs)} × RF ${replicas} ÷ ${brokers} brokers ÷ fill ${w.fill} + ${held} open segments of ${formatSize(w.segmentBytes)}`,
    'Strimzi and AWS on storage; only closed segments are deleted',
  );

  const into = networkIn(w.bytesPerSecond, brokers, replicas);
  const out = networkOut(w.bytesPerSecond, brokers, replicas, w.groupCount);
  because(
    'networkInPerBroker',
    into,
    bytesPerSecond(into),
    `replication: not ${bytesPerSecond(w.bytesPerSecond / brokers)}, each record comes in ${replicas} times`,
    `${bytesPerSecond(w.bytesPerSecond)} ÷ ${brokers} × RF ${replicas}`,
    aws,
  );
  because(
    'networkOutPerBroker',
    out,
    bytesPerSecond(out),
    `${times(w.groupCount, 'group')} and ${times(replicas - 1, 'follower')} read each record`,
    `${bytesPerSecond(w.bytesPerSecond)} ÷ ${brokers} × (${w.groupCount} + ${replicas} − 1)`,
    aws,
  );
  const ceiling = clusterCeiling({
    brokers,
    replicationFactor: replicas,
    groups: w.groupCount,
    networkRate: w.networkRate,
    ...(given.diskRate !== undefined && { diskRate: given.diskRate }),
  });
  because(
    'ceiling',
    ceiling,
    bytesPerSecond(ceiling),
    `what ${times(brokers, 'broker')} of ${bytesPerSecond(w.networkRate)}${given.networkRate === undefined ? ' (a guess)' : ''} network carry`,
    `0.8 × min(${bytesPerSecond(Math.min(given.diskRate ?? Infinity, w.networkRate))} × ${brokers} ÷ ${replicas}, ${bytesPerSecond(w.networkRate)} × ${brokers} ÷ (${w.groupCount} + ${replicas} − 1))`,
    aws,
  );

  const cache = pageCache(into);
  const memory = brokerMemory(cache);
  because(
    'pageCachePerBroker',
    cache,
    formatSize(cache),
    'half a minute of writes',
    `${bytesPerSecond(into)} × ${sizingDefaults.pageCacheSeconds} s`,
    ops,
  );
  because(
    'memoryPerBroker',
    memory,
    gibibytes(memory),
    memory === sizingDefaults.brokerMemory
      ? 'the least a broker gets; the page cache needs less'
      : 'page cache, and the heap Strimzi takes from the memory',
    `heap ${formatSize(heapOf(memory))} (half, 5 GiB at most) + page cache ${formatSize(memory - heapOf(memory))}`,
    `${ops}; Strimzi's default heap`,
  );
  const segments = segmentsPerReplica((w.averageBytesPerSecond * (w.retentionMs / 1000)) / partitions, w.segmentBytes);
  const files = openFiles(held, segments, w.connections);
  const maps = memoryMaps(held, segments);
  because(
    'openFiles',
    files,
    `${files} files`,
    `${held} replicas × ${times(segments, 'segment')}`,
    `${held} × ${segments} + ${w.connections} connections`,
    ops,
  );
  because(
    'memoryMaps',
    maps,
    `${maps} maps`,
    `${held} replicas × ${times(segments, 'segment')}, two maps each`,
    `2 × ${held} × ${segments}; vm.max_map_count is ${sizingDefaults.memoryMaps} by default`,
    ops,
  );

  const carried = partitions * Math.min(w.produceBytesPerSecond, w.consumeBytesPerSecond);
  const factor = w.expectedBytesPerSecond / w.bytesPerSecond;
  const lasts = lastsMs(w.bytesPerSecond, carried, factor, w.horizonMs);
  because(
    'lastsMs',
    lasts,
    lasts === Infinity ? 'for good' : days(lasts),
    factor > 1 ? `the rate grows ${number(factor)}-fold in ${formatDuration(w.horizonMs)}` : 'no growth was declared',
    `${partitions} × ${bytesPerSecond(carried / partitions)} = ${bytesPerSecond(carried)}, ${number(carried / w.bytesPerSecond)} times the target${factor > 1 ? `; ${formatDuration(w.horizonMs)} × ln ${number(carried / w.bytesPerSecond)} ÷ ln ${number(factor)}` : ''}`,
    arithmetic,
  );

  const groups = w.groups.map((group) => planGroup(group, w, { partitions, brokers, because }));
  const steps = stepsOf(partitions, groups);
  const plan = {
    workload: w,
    partitions,
    partitionsNeeded: needed,
    replicas,
    minInsyncReplicas,
    brokers,
    storagePerBroker: storage,
    replicasPerBroker: held,
    memoryPerBroker: memory,
    pageCachePerBroker: cache,
    networkInPerBroker: into,
    networkOutPerBroker: out,
    ceiling,
    openFiles: files,
    memoryMaps: maps,
    lastsMs: lasts === Infinity ? null : lasts,
    groups,
    steps,
    reasons,
  };
  return { ...plan, warnings: planWarnings(plan) };
}

/**
 * The reason of a number as the text of an annotation, for `Reasons` of the constructs: `24 partitions: 12 consumers × growth 2; max(…) …`.
 * @throws MusterError `bad-input` when the plan has no such number.
 */
export function why(plan: Plan, of: string): string {
  const reason = plan.reasons.find((candidate) => candidate.of === of);
  if (reason === undefined) {
    throw new MusterError(
      'bad-input',
      `the plan has no number "${of}"; it has ${plan.reasons.map((candidate) => candidate.of).join(', ')}`,
    );
  }
  return `${reason.text}: ${reason.driver}; ${reason.formula}`;
}

interface Solution {
  readonly brokers: number;
  readonly partitions: number;
  readonly needed: number;
  readonly partitionReason: readonly [driver: string, formula: string];
  readonly brokerReason: readonly [driver: string, formula: string];
}

/** Brokers and partitions depend on each other: more brokers want more partitions, more replicas want more brokers. */
function solve(w: FullWorkload, replicas: number): Solution {
  const { given } = w;
  const brokerRate = Math.min(w.networkRate, given.diskRate ?? Infinity);
  const needs = [
    { driver: `replication factor ${replicas}`, count: replicas },
    {
      driver: 'three brokers, so that one may be away',
      count: given.brokers === undefined && given.replicationFactor === undefined ? 3 : 1,
    },
    {
      driver: `writes of ${bytesPerSecond(w.bytesPerSecond)} × RF ${replicas}`,
      count: brokersForWrites(w.bytesPerSecond, replicas, brokerRate),
    },
    {
      driver: `reads of ${times(w.groupCount, 'group')} and ${times(replicas - 1, 'follower')}`,
      count: brokersForReads(w.bytesPerSecond, w.groupCount, replicas, w.networkRate),
    },
  ];
  if (given.brokers !== undefined) {
    const brokers = given.brokers;
    return {
      brokers,
      ...partitionsOn(brokers, w),
      brokerReason: ['as given', `the load alone needs ${Math.max(...needs.map(({ count }) => count))}`],
    };
  }
  for (;;) {
    const most = needs.reduce((a, b) => (b.count > a.count ? b : a));
    const brokers = upToMultiple(most.count, w.zones);
    const solution = partitionsOn(brokers, w);
    if (replicasPerBroker(solution.partitions, replicas, brokers) <= sizingDefaults.replicasPerBroker || brokers >= 1000) {
      const list = needs.map(({ count }) => count).join(', ');
      return {
        brokers,
        ...solution,
        brokerReason: [
          most.driver,
          `max(${list}) = ${most.count}${w.zones === 1 ? '' : `, up to a multiple of ${w.zones} zones = ${brokers}`}`,
        ],
      };
    }
    needs.push({
      driver: `${solution.partitions} partitions × RF ${replicas}, at most ${sizingDefaults.replicasPerBroker} replicas a broker`,
      count: Math.max(brokers + 1, roundUp((solution.partitions * replicas) / sizingDefaults.replicasPerBroker)),
    });
  }
}

function partitionsOn(brokers: number, w: FullWorkload): Omit<Solution, 'brokers' | 'brokerReason'> {
  const rate = (one: number): number => partitionsForRate(w.bytesPerSecond, one);
  const target = bytesPerSecond(w.bytesPerSecond);
  const candidates = [
    {
      driver: `${target} to produce, ${bytesPerSecond(w.produceBytesPerSecond)} a partition (${w.produceBasis})`,
      count: rate(w.produceBytesPerSecond),
    },
    {
      driver: `${target} to consume, ${bytesPerSecond(w.consumeBytesPerSecond)} a partition (${w.consumeBasis})`,
      count: rate(w.consumeBytesPerSecond),
    },
    { driver: times(w.consumers, 'consumer'), count: w.consumers },
    { driver: `${times(brokers, 'broker')} × ${w.partitionsPerBroker}`, count: brokers * w.partitionsPerBroker },
  ];
  const most = candidates.reduce((a, b) => (b.count > a.count ? b : a));
  const grown = roundUp(most.count * w.growth);
  const later = w.expectedNamed
    ? partitionsForRate(w.expectedBytesPerSecond, Math.min(w.produceBytesPerSecond, w.consumeBytesPerSecond))
    : 0;
  const needed = Math.max(grown, later);
  const partitions = upToMultiple(needed, brokers);
  const [produce, consume] = candidates;
  const driver =
    later > grown
      ? `${bytesPerSecond(w.expectedBytesPerSecond)} expected in ${formatDuration(w.horizonMs)}`
      : `${most.driver}${w.growth === 1 ? '' : ` × growth ${number(w.growth)}`}`;
  return {
    partitions,
    needed,
    partitionReason: [
      driver,
      [
        `max(${target} ÷ ${bytesPerSecond(w.produceBytesPerSecond)} = ${produce?.count ?? 1}, ${target} ÷ ${bytesPerSecond(w.consumeBytesPerSecond)} = ${consume?.count ?? 1}, ${times(w.consumers, 'consumer')}, ${brokers} brokers × ${w.partitionsPerBroker} = ${brokers * w.partitionsPerBroker}) = ${most.count}`,
        ...(w.growth === 1 ? [] : [`× growth ${number(w.growth)} = ${grown}`]),
        ...(w.expectedNamed ? [`${bytesPerSecond(w.expectedBytesPerSecond)} in ${formatDuration(w.horizonMs)} needs ${later}`] : []),
        ...(partitions === needed
          ? [`${partitions / brokers} a broker`]
          : [`up to a multiple of ${times(brokers, 'broker')} = ${partitions}, ${partitions / brokers} each`]),
      ].join('; '),
    ],
  };
}

/** The steps a person will ask about: few members, the groups' own sizes, and up to one a partition. */
function stepsOf(partitions: number, groups: readonly GroupPlan[]): Step[] {
  const counts = new Set([1, 2, 3, 4, 6, 8, 12, 16, 24].filter((members) => members <= partitions));
  for (const { members } of groups) counts.add(members);
  counts.add(partitions);
  return [...counts].sort((a, b) => a - b).map((members) => step(partitions, members));
}
