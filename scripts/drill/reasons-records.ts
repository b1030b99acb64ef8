import type { Uncommitted } from './commits.js';
import type { RecordExample, Repeat } from './delivery.js';
import { ackedByTooFew } from './in-sync.js';
import { failure, judged, together, type Findings, type Said } from './said.js';
import { examples, records, seconds, was } from './words.js';

/** What is said of the records: worst first. */
export function recordReasons(found: Findings): Said[] {
  return [
    lost(found),
    failure(...acknowledgedAlone(found)),
    reordered(found),
    passedOver(found),
    repeated(found),
    replayed(found),
    zombies(found),
    deadLetters(found),
    failedSends(found),
  ];
}

function lost({ delivery, history: { expect } }: Findings): Said {
  const { lost: list, contradicted, rejectedSeen } = delivery;
  const sentence =
    list.length === 0
      ? undefined
      : `${String(list.length)} of ${String(delivery.acknowledged)} acknowledged records ${was(list.length)} lost: ${examples(list)} never processed`;
  const cut =
    contradicted.length === 0
      ? undefined
      : `${records(contradicted.length)} ${was(contradicted.length)} acknowledged under an offset that holds another record: ${examples(contradicted)}; the log was cut after the acknowledgement`;
  return together([
    judged(expect.lost, 'lost', sentence, `all of the ${String(delivery.acknowledged)} acknowledged records were processed, none was lost`),
    // A log that was cut is how a loss comes about; it is no second thing to be surprised at.
    judged(expect.lost === 'none' ? 'none' : 'any', 'lost', cut, ''),
    failure(
      ...(rejectedSeen.length === 0
        ? []
        : [
            `${records(rejectedSeen.length)} ${was(rejectedSeen.length)} processed although a broker had refused ${rejectedSeen.length === 1 ? 'it' : 'them'}: ${examples(rejectedSeen)}`,
          ]),
    ),
  ]);
}

function acknowledgedAlone({ history }: Findings): string[] {
  const least = history.expect.leastInSync;
  const list = ackedByTooFew(history, least);
  const [first] = list;
  if (first === undefined) return [];
  const { partition, offset, key, seq } = first.record;
  return [
    `${records(list.length)} ${was(list.length)} acknowledged while fewer than ${String(least)} replicas were in sync: partition/offset ${String(partition)}/${String(offset)} (${key} #${String(seq)}) with ${String(first.inSync)}; with ${first.inSync === 1 ? 'that broker' : 'those brokers'} ${list.length === 1 ? 'it is' : 'they are'} gone. Set min.insync.replicas of the topic to ${String(least)}, and acks to all`,
  ];
}

function reordered({ delivery: { reordered: list }, history: { expect } }: Findings): Said {
  const sentence =
    list.length === 0
      ? undefined
      : `${records(list.length)} ${was(list.length)} processed after a later one of the same key: ${examples(list)}`;
  return judged(expect.reordered, 'reordered', sentence, 'every key was processed in order');
}

function passedOver({ ahead, history: { expect } }: Findings): Said {
  const [first] = ahead;
  const sentence =
    first &&
    `${records(ahead.length)} ${was(ahead.length)} committed before anybody had processed ${ahead.length === 1 ? 'it' : 'them'}: ${first.pod} committed ${String(first.committed)} on partition ${String(first.partition)} while offset ${String(first.offset)} was open; a crash at that moment loses it`;
  return judged(expect.commitsAhead, 'commitsAhead', sentence, 'no record was committed before it was processed');
}

/**
 * A repeat is excused when the member that had processed the record was killed, or stood still, before it committed that offset. A member that
 * wakes up does not know yet that it was given up: what it repeats then is excused as what is repeated of it.
 */
function excuses(one: Uncommitted, repeat: Repeat): boolean {
  const isIts = repeat.before === one.fault.pod || (one.fault.kind === 'freeze' && repeat.pod === one.fault.pod);
  return isIts && one.partition === repeat.partition && repeat.t > one.fault.t && repeat.offset >= (one.committed ?? -1);
}

function repeated({ delivery: { repeats, reworked }, uncommitted, zombies: lateWork, history: { expect } }: Findings): Said {
  const again: Said = {
    reasons: [],
    expected:
      reworked === 0
        ? []
        : [
            `${records(reworked)} ${was(reworked)} worked on again, the first time in a transaction that was not committed: a reader of committed records gets ${reworked === 1 ? 'it' : 'each'} once`,
          ],
  };
  if (expect.duplicates !== 'bounded') {
    const pairs = whoRepeated(repeats);
    const sentence =
      repeats.length === 0
        ? undefined
        : `${records(repeats.length)} ${was(repeats.length)} processed again (${pairs}): ${examples(repeats)}`;
    return together([judged(expect.duplicates, 'duplicates', sentence, 'no record was processed again'), again]);
  }
  const reasons: string[] = [];
  const unexcused = repeats.filter((repeat) => !uncommitted.some((one) => excuses(one, repeat)));
  if (unexcused.length > 0) {
    reasons.push(
      `${records(unexcused.length)} ${was(unexcused.length)} processed again though no crash excuses it (${whoRepeated(unexcused)}): ${examples(unexcused)}; 0 are allowed where the first member ended cleanly, lives, or had committed past the record`,
    );
  }
  for (const one of uncommitted) {
    const late =
      one.fault.kind === 'freeze'
        ? lateWork.filter((record) => record.pod === one.fault.pod && record.partition === one.partition).length
        : 0;
    const count = repeats.filter((repeat) => excusedBy(one, repeat)).length;
    if (count <= one.bound + late) continue;
    const what = one.fault.kind === 'freeze' ? 'freeze' : 'crash';
    reasons.push(
      `${records(count)} of partition ${String(one.partition)} ${was(count)} repeated after the ${what} of ${one.fault.pod}; at most ${String(one.bound + late)} can be, for its last commit there was ${seconds(one.sinceMs)} before`,
    );
  }
  return together([failure(...reasons), again]);
}

/** Repeats that count against the bound of one crash, committed or not. */
function excusedBy(one: Uncommitted, repeat: Repeat): boolean {
  const isIts = repeat.before === one.fault.pod || (one.fault.kind === 'freeze' && repeat.pod === one.fault.pod);
  return isIts && repeat.partition === one.partition && repeat.t > one.fault.t;
}

function whoRepeated(repeats: readonly Repeat[]): string {
  const pairs = new Map<string, number>();
  for (const { pod, before } of repeats) pairs.set(`${before} then ${pod}`, (pairs.get(`${before} then ${pod}`) ?? 0) + 1);
  return [...pairs].map(([pair, count]) => `${pair} ${String(count)}`).join(', ');
}

function replayed({ replays, history: { expect } }: Findings): Said {
  return together(
    replays.map(({ detail, replayed: count, expected }) => {
      const sentence = `${records(count)} ${was(count)} replayed after the offsets were set ${detail}`;
      if (expected === null || expected === count || expect.duplicates === 'any')
        return { reasons: [], expected: [`${sentence}, on purpose`] };
      return failure(`${sentence}, but ${records(expected)} had been processed from there on: each had to come again, once`);
    }),
  );
}

function zombies({ zombies: all, history: { expect, faults } }: Findings): Said {
  if (expect.zombies !== 'in-hand')
    return judged(expect.zombies, 'zombies', zombieSentence(all), 'no record was processed by a member that had lost its partition');
  // The first on each partition that was held by a frozen member: it had begun that one.
  const inHand = new Set<RecordExample>();
  for (const { kind, pod, t } of faults) {
    if (kind !== 'freeze') continue;
    for (const one of all)
      if (one.pod === pod && one.t > t && ![...inHand].some((other) => other.pod === pod && other.partition === one.partition))
        inHand.add(one);
  }
  const excused = all.filter((one) => inHand.has(one));
  return together([
    failure(...[zombieSentence(all.filter((one) => !inHand.has(one)))].filter((sentence) => sentence !== undefined)),
    {
      reasons: [],
      expected: excused.map(
        (one) =>
          `${String(one.partition)}/${String(one.offset)} was in the hands of ${one.pod} when it was frozen, and ended by it when it was thawed (zombies: in-hand)`,
      ),
    },
  ]);
}

function zombieSentence(list: readonly RecordExample[]): string | undefined {
  const [first] = list;
  return (
    first &&
    `${records(list.length)} ${was(list.length)} processed by a member after another had been given the partition: ${first.pod} processed offset ${String(first.offset)} of partition ${String(first.partition)}, which was ${first.before ?? 'another'}'s by then`
  );
}

function deadLetters({ delivery: { dead }, history: { expect } }: Findings): Said {
  const reasons = dead.byReason.slice(0, 3).map(({ reason, count }) => `${String(count)} for "${reason}"`);
  const sentence =
    dead.count === 0
      ? undefined
      : `${records(dead.count)} ${was(dead.count)} set aside, ${String(dead.to.topic)} in the dead-letter topic and ${String(dead.to.file)} in a failure log (${reasons.join(', ')}): ${examples(dead.examples)}`;
  return judged(expect.deadLetters, 'deadLetters', sentence, 'no record was set aside as a dead letter');
}

function failedSends({ delivery, history: { expect } }: Findings): Said {
  const { rejected, indeterminate, failedKeptIn } = delivery;
  const places = [...failedKeptIn].map(
    ([place, count]) => `${String(count)} ${place === 'nowhere' ? 'kept nowhere' : `in the ${place.replaceAll('-', ' ')}`}`,
  );
  const sentence =
    rejected + indeterminate === 0
      ? undefined
      : `${records(rejected + indeterminate)} ${was(rejected + indeterminate)} not acknowledged: ${String(rejected)} refused, ${String(indeterminate)} of which nobody knows${places.length === 0 ? '' : ` (${places.join(', ')})`}`;
  // Sends in flight at the end of a process are everyday; only failures are worth a word where nobody asked.
  if (expect.failedSends === 'any' && failedKeptIn.size === 0) return failure();
  return judged(expect.failedSends, 'failedSends', sentence, 'every send was acknowledged');
}
