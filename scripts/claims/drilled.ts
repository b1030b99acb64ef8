import { medianOf } from '../drill/spread.js';
import type { StepResult, Verdict } from '../drill/verdict.js';
import { notMeasured, type Claim, type DrillRun, type Evidence } from './claim.js';
import { handOverMs, stepRates } from './figures.js';
import { milliseconds, range, records, seconds } from './words.js';

/** Claims that drills settle. */
export const drilledClaims: readonly Claim[] = [
  {
    id: 'eager-rebalance',
    says: 'An eager rebalance takes 10–15 s.',
    drills: ['protocols'],
    judge: (evidence) => {
      const eager = lanes(evidence, 'protocols', 'eager');
      const changes = eager.flatMap(scaleSteps).flatMap((step) => step.rebalanceMs ?? []);
      const crashes = eager.flatMap((verdict) => verdict.faults).flatMap((fault) => fault.recoveryMs ?? []);
      if (changes.length === 0 || crashes.length === 0) return notMeasured('protocols');
      return {
        is: 'true only when',
        condition: 'a member has died, and the session is about 10 s: the group then waits for that session',
        figure: `When members join, everybody had its partitions after ${range(changes)}; after a SIGKILL, at a session of 6 s, the first record came after ${range(crashes)}.`,
        by: '`muster drill protocols`, lane eager',
      };
    },
  },
  {
    id: 'cooperative-rebalance',
    says: 'A cooperative rebalance takes 2–3 s.',
    drills: ['protocols'],
    judge: (evidence) => {
      const cooperative = lanes(evidence, 'protocols', 'cooperative').flatMap(scaleSteps);
      const took = cooperative.flatMap((step) => step.rebalanceMs ?? []);
      if (took.length === 0) return notMeasured('protocols');
      return {
        is: medianOf(took) >= 2_000 && medianOf(took) <= 3_500 ? 'true' : 'true only when',
        condition: 'heartbeats are about 3 s apart: each of its two rounds is heard of by a heartbeat',
        figure: `With heartbeats 1.5 s apart it took ${range(took)}. Partitions that moved stood still for ${stopsOf(cooperative, true)}, the others for ${stopsOf(cooperative, false)}.`,
        by: '`muster drill protocols`, lane cooperative',
      };
    },
  },
  {
    id: 'cooperative-faster',
    says: 'Cooperative rebalancing is 10× faster in big groups.',
    drills: ['big-groups'],
    judge: (evidence) => {
      const [eager, cooperative] = ['eager', 'cooperative'].map((lane) => lanes(evidence, 'big-groups', lane).flatMap(scaleSteps));
      const stayed = [eager, cooperative].map((steps) => stops(steps ?? [], false));
      const all = stops(eager ?? [], true).concat(stops(eager ?? [], false));
      const moved = stops(cooperative ?? [], true);
      if (all.length === 0 || moved.length === 0 || (stayed[1] ?? []).length === 0) return notMeasured('big-groups');
      const stayedMs = medianOf(stayed[1] ?? []);
      const ratio = medianOf(all) / Math.max(1, stayedMs);
      return {
        is: ratio >= 10 ? 'true' : ratio >= 2 ? 'true only when' : 'false',
        condition: 'the partitions that stay with their members are meant: those that move wait as long or longer',
        figure: `A group of 10 that grew to 12 on 24 partitions: eager stopped every partition, for ${milliseconds(medianOf(all))} in the median. Cooperative stopped those that stayed for ${milliseconds(stayedMs)} and those that moved for ${milliseconds(medianOf(moved))}.`,
        by: '`muster drill big-groups`',
      };
    },
  },
  {
    id: 'crash-costs-12-s',
    says: 'A crash costs about 12 s.',
    drills: ['scale-and-crash'],
    judge: (evidence) => {
      const took = recoveries(evidence.runs('scale-and-crash').map(({ verdict }) => verdict));
      if (took.length === 0) return notMeasured('scale-and-crash');
      return {
        is: 'true only when',
        condition: 'the session is 10 s: the cost is the session and about 2 s',
        figure: `With a session of 10 s the first record of the last partition came ${range(took)} after the SIGKILL.`,
        by: '`muster drill scale-and-crash`',
      };
    },
  },
  {
    id: 'session-6-s',
    says: 'A session of 6 s detects a crash sooner; the heartbeat must then be below 2 s.',
    drills: ['sessions'],
    judge: (evidence) => {
      const by = ['session-6', 'session-10', 'session-45'].map((lane) => recoveries(lanes(evidence, 'sessions', lane)));
      const [six = [], ten = [], fortyFive = []] = by;
      if (by.some((one) => one.length === 0)) return notMeasured('sessions');
      return {
        is: medianOf(six) < medianOf(ten) ? 'true' : 'false',
        figure: `Records came again after ${range(six)} with 6 s (heartbeat 1.5 s), ${range(ten)} with 10 s, ${range(fortyFive)} with 45 s. Kafka’s own advice for the heartbeat is a third of the session at most.`,
        by: '`muster drill sessions`',
      };
    },
  },
  {
    id: 'two-failures',
    says: 'Replication factor 3 tolerates two failures.',
    drills: ['min-isr'],
    judge: (evidence) => {
      const runs = evidence.runs('min-isr');
      if (runs.length === 0) return notMeasured('min-isr');
      const acknowledged = sum(runs, (verdict) => verdict.acknowledged);
      const lost = sum(runs, (verdict) => verdict.lost);
      const pause = Math.max(...runs.map(({ verdict }) => verdict.load.longestGapMs));
      return {
        is: 'true only when',
        condition: 'the data is meant, and not writes: with min.insync.replicas 2 the second failure stops them',
        figure: `With two of three brokers gone ${String(lost)} of ${records(acknowledged)} acknowledged were lost, and nothing was accepted for ${seconds(pause)}.`,
        by: '`muster drill min-isr`',
      };
    },
  },
  {
    id: 'acks-all-one-replica',
    says: 'acks=all is safe as long as one replica is available.',
    drills: ['acks'],
    judge: (evidence) => {
      const one = lanes(evidence, 'acks', 'acks-1');
      const all = lanes(evidence, 'acks', 'acks-all');
      if (one.length === 0 || all.length === 0) return notMeasured('acks');
      return {
        is: 'true only when',
        condition: 'that replica was in sync, which min.insync.replicas 2 or more makes sure of',
        figure: `The leader was killed while its followers stood still: acks=1 lost ${records(total(one, (verdict) => verdict.lost))} of ${String(total(one, (verdict) => verdict.acknowledged))}, acks=all with min.insync.replicas 2 lost ${String(total(all, (verdict) => verdict.lost))}. With min.insync.replicas 1 acks=all may mean the leader alone.`,
        by: '`muster drill acks`',
      };
    },
  },
  {
    id: 'auto-commit-loses',
    says: 'Auto-commit loses 40 records in a crash.',
    drills: ['auto-commit-crash'],
    judge: (evidence) => {
      const auto = lanes(evidence, 'auto-commit-crash', 'auto');
      const atMostOnce = lanes(evidence, 'auto-commit-crash', 'at-most-once');
      if (auto.length === 0) return notMeasured('auto-commit-crash');
      return {
        is: 'true only when',
        condition: 'offsets are committed before the work is done: a handler that hands its records to others, or commits first',
        figure: `With commits of finished work alone, every 5 s, ${String(total(auto, (verdict) => verdict.lost))} were lost; with commits before the work ${records(total(atMostOnce, (verdict) => verdict.lost))} were.`,
        by: '`muster drill auto-commit-crash`, lanes auto and at-most-once',
      };
    },
  },
  {
    id: 'auto-commit-repeats',
    says: 'Auto-commit every 5 s repeats 600 records (200/s, crash after 8 s).',
    drills: ['auto-commit-crash'],
    judge: (evidence) => {
      const auto = lanes(evidence, 'auto-commit-crash', 'auto');
      const repeated = auto.map((verdict) => verdict.duplicates);
      if (repeated.length === 0) return notMeasured('auto-commit-crash');
      return {
        is: 'true only when',
        condition:
          'the crash comes 3 s after a commit: what is repeated is the rate × the time since then, at most a whole interval (1 000 here)',
        figure: `${repeated.map(String).join(', ')} were repeated; the bound computed from the last commit was ${auto.map((verdict) => String(verdict.duplicatesBound)).join(', ')}.`,
        by: '`muster drill auto-commit-crash`, lane auto',
      };
    },
  },
  {
    id: 'leader-within-5-s',
    says: 'A new leader is there within 5 s of a broker’s crash.',
    drills: ['broker-kill'],
    judge: (evidence) => {
      const took = evidence.runs('broker-kill').flatMap(({ verdict }) => verdict.faults.flatMap((fault) => fault.failoverMs ?? []));
      if (took.length === 0) return notMeasured('broker-kill');
      return {
        is: Math.max(...took) <= 5_000 ? 'true' : 'false',
        figure: `The last partition had a new leader ${range(took)} after the SIGKILL. A broker that hangs instead is noticed when broker.session.timeout.ms (9 s) is over.`,
        by: '`muster drill broker-kill`',
      };
    },
  },
  {
    id: 'kafka-pushes',
    says: 'Kafka pushes records in real time.',
    drills: ['scale-and-crash'],
    judge: (evidence) => {
      const took = evidence.runs('scale-and-crash').flatMap(({ events }) => handOverMs(events));
      if (took.length === 0) return notMeasured('scale-and-crash');
      return {
        is: 'false',
        figure: `Consumers pull. A fetch that finds nothing waits at the broker until there is something, at most fetch.max.wait.ms, so it looks like a push: half of the records were processed within ${milliseconds(medianOf(took))} of their acknowledgement.`,
        by: 'the event log of `muster drill scale-and-crash`',
      };
    },
  },
  {
    id: 'exactly-one-consumer',
    says: 'A record is processed by exactly one consumer of the group, without duplication.',
    drills: ['auto-commit-crash'],
    judge: (evidence) => {
      const runs = evidence.runs('auto-commit-crash').flatMap(({ verdict }) => verdict.lanes ?? []);
      if (runs.length === 0) return notMeasured('auto-commit-crash');
      const repeated = runs.map((verdict) => `${verdict.lane ?? ''} ${String(verdict.duplicates)}`).join(', ');
      return {
        is: 'true only when',
        condition: 'no member dies or stalls: a partition has one owner at a time, but what it had not committed is done again by the next',
        figure: `Processed again after one crash: ${repeated}.`,
        by: '`muster drill auto-commit-crash`',
      };
    },
  },
  {
    id: 'throughput',
    says: 'Throughput is that of one consumer × min(consumers, partitions).',
    drills: ['throughput'],
    judge: (evidence) => {
      const rates = evidence.runs('throughput').map(({ events }) => stepRates(events));
      const [first] = rates;
      const one = first?.[0];
      if (first === undefined || one === undefined) return notMeasured('throughput');
      const share = (members: number): number => Math.min(members, 6);
      const holds = first.every(({ members, perSecond }) => Math.abs(perSecond / (share(members) * one.perSecond) - 1) < 0.25);
      return {
        is: holds ? 'true' : 'true only when',
        condition: 'nothing else is the bottleneck, as the machine is here',
        figure: `${first.map(({ members, perSecond }) => `${String(members)} member${members === 1 ? '' : 's'} ${perSecond.toFixed(0)}/s`).join(', ')}, on 6 partitions with 10 ms of work a record.`,
        by: '`muster drill throughput`',
      };
    },
  },
];

function lanes(evidence: Evidence, drill: string, lane: string): Verdict[] {
  return evidence.runs(drill).flatMap(({ verdict }) => (verdict.lanes ?? []).filter((one) => one.lane === lane));
}

/** Steps that changed the number of members, without the first, which is a start, and without crashes. */
function scaleSteps(verdict: Verdict): StepResult[] {
  const crashed = new Set(verdict.faults.map((fault) => fault.at));
  return verdict.steps.slice(1).filter((step) => !/kill/i.test(step.name) || crashed.size === 0);
}

const stops = (steps: readonly StepResult[], moved: boolean): number[] =>
  steps.flatMap((step) => step.partitions.filter((one) => one.moved === moved).map((one) => one.stopMs));

function stopsOf(steps: readonly StepResult[], moved: boolean): string {
  const found = stops(steps, moved);
  return found.length === 0 ? 'none was seen' : `${milliseconds(medianOf(found))} in the median`;
}

const recoveries = (verdicts: readonly Verdict[]): number[] =>
  verdicts.flatMap((verdict) => verdict.faults.flatMap((fault) => fault.recoveryMs ?? []));

const total = (verdicts: readonly Verdict[], read: (verdict: Verdict) => number): number =>
  verdicts.reduce((all, verdict) => all + read(verdict), 0);

const sum = (runs: readonly DrillRun[], read: (verdict: Verdict) => number): number =>
  total(
    runs.map(({ verdict }) => verdict),
    read,
  );
