import { speedUp, step as groupStep } from '../../constructs/model/balance.js';
import { stayingShare } from '../../constructs/model/key-spread.js';
import { expandKeys, partitionFor } from '../../constructs/model/keys.js';
import { rolloutOf } from '../../constructs/model/rollout.js';
import { catchUpMs, memberRate, replaysAfterCrash } from '../../constructs/model/sizing.js';
import type { RunStarted } from './events.js';
import type { Prediction } from './expectations.js';

/** What of a run's first line decides what is foretold. */
export type ForetoldFacts = Pick<
  RunStarted,
  | 'partitions'
  | 'protocol'
  | 'sessionTimeoutMs'
  | 'heartbeatIntervalMs'
  | 'fetchMaxWaitMs'
  | 'rate'
  | 'keys'
  | 'keyPatterns'
  | 'workMs'
  | 'commit'
  | 'autoCommitIntervalMs'
  | 'guarantee'
  | 'acks'
>;

/** A step as it is planned: what is done, and the members before it and once it is over. */
export interface ForetoldStep {
  readonly name: string;
  readonly before: number;
  readonly members: number;
  readonly step: {
    readonly do: string;
    readonly replaced?: boolean;
    readonly forMs?: number;
    readonly downMs?: number;
    readonly maxSurge?: number;
    readonly to?: unknown;
  };
}

/** For the coordinator to notice, the members to hear of it and the first records to be fetched, on a machine that does other things too, in ms. */
const slackMs = 2_000;
/** What a record costs a member beside its declared work: a timer's rounding, evidence, the way through the client, in ms. */
const overheadMs = 1;
/** A worker that commits by itself commits each second within a long batch (workers/consuming/commit-policy.ts), in ms. */
const manualCommitMs = 1_000;
/** `group.initial.rebalance.delay.ms`: an empty classic group waits for more members. */
const initialDelayMs = 3_000;
/** For the processes of a group to start and connect, in ms. */
const startMs = 3_000;

/**
 * What the model foretells of a run, before it can be known. Where a step changes the partitions, what follows is foretold of the new number.
 * The keys themselves, where they are known, make the moved keys exact; their number alone gives a range.
 */
export function foretell(facts: ForetoldFacts, steps: readonly ForetoldStep[]): Prediction[] {
  let { partitions } = facts;
  const keys = facts.keyPatterns === undefined ? undefined : expandKeys(facts.keyPatterns);
  const predictions: Prediction[] = [];
  for (const planned of steps) {
    const { step } = planned;
    if (step.do === 'add-partitions' && typeof step.to === 'number') {
      predictions.push(movedKeys(planned.name, partitions, step.to, facts.keys, keys));
      partitions = step.to;
    }
    predictions.push(
      ...assignment(planned, partitions),
      ...ofMembers({ ...facts, partitions }, planned),
      ...ofGroup({ ...facts, partitions }, planned),
      ...hotPartition({ ...facts, partitions }, planned, keys),
    );
  }
  return predictions;
}

function assignment({ name, members }: ForetoldStep, partitions: number): Prediction[] {
  if (members === 0) return [];
  const { most, active } = groupStep(partitions, members);
  const idle = members - active;
  return [
    {
      of: 'assignment',
      at: name,
      unit: 'partitions',
      atLeast: most,
      atMost: most,
      because: `${String(partitions)} partitions ÷ ${String(active)} members, rounded up`,
    },
    {
      of: 'idle',
      at: name,
      unit: 'members',
      atLeast: idle,
      atMost: idle,
      because: `${String(members)} members − ${String(partitions)} partitions`,
    },
  ];
}

/** What the end, or the standing still, of one member costs. */
function ofMembers(facts: ForetoldFacts, planned: ForetoldStep): Prediction[] {
  const { name, before, step } = planned;
  const { sessionTimeoutMs: session, heartbeatIntervalMs: heartbeat, fetchMaxWaitMs: fetch } = facts;
  const agree = heartbeat + fetch + slackMs;
  const clean = (of: 'recovery' | 'duplicates', atMost: number, because: string): Prediction => ({
    of,
    at: name,
    unit: of === 'recovery' ? 'ms' : 'records',
    atMost,
    because,
  });
  switch (step.do) {
    case 'stop':
      return [
        ...(planned.members === 0
          ? []
          : [clean('recovery', agree, `no session to wait for: heartbeat ${s(heartbeat)} + fetch ${s(fetch)} + ${s(slackMs)}`)]),
        clean('duplicates', 0, 'it commits before it leaves'),
      ];
    case 'force-delete':
      return [
        clean(
          'recovery',
          2 * agree,
          `no session to wait for, one rebalance for who leaves and one for who comes: 2 × (heartbeat ${s(heartbeat)} + fetch ${s(fetch)} + ${s(slackMs)})`,
        ),
        clean('duplicates', 0, 'SIGTERM comes with a short grace: it commits before it leaves'),
      ];
    case 'kill':
      return before === 1 && step.replaced !== true ? [] : crash(facts, planned, before);
    case 'freeze': {
      const forMs = step.forMs ?? Infinity;
      if (forMs + heartbeat >= session && forMs < session + heartbeat + slackMs) return [];
      if (forMs >= session) return before === 1 ? [] : crash(facts, planned, before);
      return [
        {
          of: 'recovery',
          at: name,
          unit: 'ms',
          atLeast: Math.max(0, forMs - slackMs),
          atMost: forMs + agree,
          because: `thawed after ${s(forMs)}, within the session of ${s(session)}: it goes on itself`,
        },
        clean('duplicates', 0, 'nobody takes its partitions'),
      ];
    }
    default:
      return [];
  }
}

/** The coordinator waits for the session of a member that says nothing; its last heartbeat may be one interval old. */
function crash(facts: ForetoldFacts, { name, step }: ForetoldStep, before: number): Prediction[] {
  const { sessionTimeoutMs: session, heartbeatIntervalMs: heartbeat, fetchMaxWaitMs: fetch, partitions, rate } = facts;
  const waits = step.replaced === true && facts.protocol !== 'consumer' ? '; the newcomer’s rebalance waits for the dead member, too' : '';
  const { most } = groupStep(partitions, before);
  const share = most / partitions;
  const of = (ms: number): number => Math.ceil((rate * share * ms) / 1000);
  const heard = session + heartbeat + fetch + slackMs;
  // A member works off what gathered in one partition after the other: the last waits for the others that came with it.
  const together = Math.ceil(most / Math.max(1, step.replaced === true ? 1 : before - 1));
  const queue = Math.round(((rate / partitions) * (together - 1) * heard) / memberRate({ workMs: facts.workMs + overheadMs }));
  const queued =
    queue === 0
      ? ''
      : `; + ${s(queue)} for what gathered in the ${String(together - 1)} other partitions that the same member takes over, at ${s(facts.workMs + overheadMs)} a record`;
  const recovery: Prediction = {
    of: 'recovery',
    at: name,
    unit: 'ms',
    atLeast: Math.max(0, session - heartbeat - fetch),
    atMost: heard + queue,
    because: `session ${s(session)}, less up to a heartbeat ${s(heartbeat)} and a fetch ${s(fetch)} since the last beat; + as much and ${s(slackMs)} until all have heard of it${waits}${queued}`,
  };
  const shown = `${String(rate)}/s × ${String(Math.round(share * 100))} % of the partitions`;
  if (facts.guarantee === 'at-most-once') {
    const inHand = fetch + manualCommitMs;
    return [
      recovery,
      { of: 'duplicates', at: name, unit: 'records', atMost: 0, because: 'committed before the work' },
      {
        of: 'lost',
        at: name,
        unit: 'records',
        atMost: of(inHand),
        because: `what was committed and not done: ${shown} × ${s(inHand)} in hand`,
      },
    ];
  }
  if (facts.guarantee === 'exactly-once') {
    return [
      recovery,
      { of: 'duplicates', at: name, unit: 'records', atMost: 0, because: 'a transaction that was not committed is not seen' },
    ];
  }
  const interval = facts.commit === 'auto' ? (facts.autoCommitIntervalMs ?? 5_000) + manualCommitMs : manualCommitMs;
  return [
    recovery,
    {
      of: 'duplicates',
      at: name,
      unit: 'records',
      atMost: Math.max(of(interval), replaysAfterCrash(rate * share, interval)),
      because: `${shown} × at most ${s(interval)} since its last commit${facts.commit === 'auto' ? ` (auto-commit ${s(interval - manualCommitMs)} and the batch in hand)` : ''}`,
    },
  ];
}

/** What steps of the whole group, and of brokers, cost. */
function ofGroup(facts: ForetoldFacts, { name, members, step }: ForetoldStep): Prediction[] {
  const each = memberRate({ workMs: facts.workMs + overheadMs });
  const capacity = each * speedUp(facts.partitions, members);
  switch (step.do) {
    case 'scale': {
      if (members === 0 || facts.workMs === 0) return [];
      const ideal = memberRate({ workMs: facts.workMs }) * speedUp(facts.partitions, members);
      if (ideal >= facts.rate) return [];
      return [
        {
          of: 'throughput',
          at: name,
          unit: 'records/s',
          atLeast: capacity / 2,
          atMost: ideal,
          because: `1 ÷ ${s(facts.workMs)} a record × ${speedUp(facts.partitions, members).toFixed(1)} members at work, below the load of ${String(facts.rate)}/s`,
        },
      ];
    }
    case 'restart-group': {
      const down = step.downMs ?? 0;
      const away = initialDelayMs + startMs;
      const least = catchUpMs(
        (facts.rate * down) / 1000,
        memberRate({ workMs: Math.max(facts.workMs, 0.1) }) * speedUp(facts.partitions, members),
        facts.rate,
      );
      const most = away + catchUpMs((facts.rate * (down + away)) / 1000, capacity / 2, facts.rate);
      if (!Number.isFinite(least)) return [];
      return [
        {
          of: 'catch-up',
          at: name,
          unit: 'ms',
          atLeast: Math.floor(least),
          ...(Number.isFinite(most) && { atMost: Math.ceil(most) }),
          because: `backlog ${String(Math.round((facts.rate * down) / 1000))} ÷ (${String(Math.round(capacity))}/s of ${String(members)} members − ${String(facts.rate)}/s), after up to ${s(away)} to start and to agree`,
        },
      ];
    }
    case 'rollout': {
      const { rebalances } = rolloutOf({
        how: 'rolling',
        replicas: members,
        surge: step.maxSurge ?? 0,
        unavailable: step.maxSurge === 1 ? 0 : 1,
      });
      return [
        {
          of: 'rebalances',
          at: name,
          unit: 'rebalances',
          atLeast: 1,
          atMost: rebalances,
          because: `${String(members)} leave and ${String(members)} come; those that come together share one`,
        },
        { of: 'duplicates', at: name, unit: 'records', atMost: 0, because: 'every member commits before it leaves' },
      ];
    }
    case 'kill-broker':
    case 'freeze-broker':
    case 'lose-brokers':
      return [{ of: 'rebalances', at: name, unit: 'rebalances', atMost: 0, because: 'no member came or went' }];
    default:
      return [];
  }
}

/** A partition has one member: what comes to it beyond what that member can do waits, however many members there are. */
function hotPartition(
  { partitions, rate, workMs }: ForetoldFacts,
  { name, members, step }: ForetoldStep,
  keys: readonly string[] | undefined,
): Prediction[] {
  if (keys === undefined || step.do !== 'scale' || members === 0 || workMs === 0) return [];
  const turns = new Map<number, number>();
  for (const key of keys) turns.set(partitionFor(key, partitions), (turns.get(partitionFor(key, partitions)) ?? 0) + 1);
  const share = Math.max(...turns.values()) / keys.length;
  const most = memberRate({ workMs });
  const grows = rate * share - most;
  // An even load that is too much for the group is told by its throughput.
  if (grows <= 0 || share < 2 / partitions) return [];
  return [
    {
      of: 'lag-growth',
      at: name,
      unit: 'records/s',
      atLeast: grows / 2,
      atMost: rate * share,
      because: `${String(Math.round(share * 100))} % of ${String(rate)}/s go to one partition, whose member does at most 1 ÷ ${s(workMs)} a record`,
    },
  ];
}

function movedKeys(name: string, from: number, to: number, keys: number, keyList: readonly string[] | undefined): Prediction {
  if (keyList !== undefined) {
    const names = [...new Set(keyList)];
    const moved = names.filter((key) => partitionFor(key, from) !== partitionFor(key, to)).length;
    return {
      of: 'moved-keys',
      at: name,
      unit: 'keys',
      atLeast: moved,
      atMost: moved,
      because: `murmur2 of each of the ${String(names.length)} keys mod ${String(from)} and mod ${String(to)}`,
    };
  }
  const share = 1 - stayingShare(from, to);
  const middle = keys * share;
  // Three standard deviations of as many independent keys.
  const spread = 3 * Math.sqrt(keys * share * (1 - share));
  return {
    of: 'moved-keys',
    at: name,
    unit: 'keys',
    atLeast: Math.max(0, Math.floor(middle - spread)),
    atMost: Math.min(keys, Math.ceil(middle + spread)),
    because: `hash mod ${String(from)} differs from hash mod ${String(to)} for ${String(Math.round(share * 100))} % of ${String(keys)} keys`,
  };
}

const s = (ms: number): string => (ms < 1_000 ? `${String(ms)} ms` : `${String(ms / 1000)} s`);
