import { checkResources } from '../../constructs/model/check.js';
import type { Finding } from '../../constructs/model/finding.js';
import type { Resource } from '../../constructs/model/resource.js';
import type { Target } from '../../constructs/model/system.js';
import { contracts } from '../check/check.js';
import type { Consequence } from './consequence.js';
import type { Exception } from './exceptions.js';
import { grades, type Grade } from './grade.js';
import { judge } from './judge.js';
import { sideOf } from './side.js';

/** The two states of one environment; one of them is empty where the environment came or went. */
export interface SetPair {
  /** The folder of the environment below what was named; empty where there is but one. */
  readonly name: string;
  readonly base: readonly Resource[];
  readonly head: readonly Resource[];
}

/** A consequence, with the environment it is in, and the exception that lets it pass. */
export interface Entry extends Consequence {
  readonly set?: string;
  readonly exception?: Exception;
}

export interface NewFinding extends Finding {
  readonly set?: string;
}

export interface Review {
  /** The worst grade of all changes that no exception lets pass; null where there is none. */
  readonly worst: Grade | null;
  /** Worst first, otherwise in the order of environments and files; those with an exception last. */
  readonly changes: readonly Entry[];
  /** What `muster check` says of head and does not say of base; worst first. */
  readonly findings: readonly NewFinding[];
  /** The environments that were compared, changed or not. */
  readonly sets: readonly string[];
}

/** Judges every environment by itself. `except` gives the exception for a consequence, if there is one. */
export function review(
  pairs: readonly SetPair[],
  {
    except = () => undefined,
    target,
  }: { readonly except?: (entry: Entry) => Exception | undefined; readonly target?: Target | undefined } = {},
): Review {
  const changes: Entry[] = [];
  const findings: NewFinding[] = [];
  for (const { name, base, head } of pairs) {
    const consequences = judge(sideOf(base), sideOf(head));
    const set = name === '' ? {} : { set: name };
    for (const consequence of consequences) {
      const entry: Entry = { ...consequence, ...set };
      const exception = except(entry);
      changes.push(exception === undefined ? entry : { ...entry, exception });
    }
    // Where nothing differs nothing can be new.
    if (consequences.length > 0) findings.push(...newFindings(base, head, target).map((finding) => ({ ...finding, ...set })));
  }
  const rank = ({ grade, exception }: Entry): number => grades.indexOf(grade) + (exception === undefined ? 0 : grades.length);
  changes.sort((a, b) => rank(a) - rank(b));
  const severities = ['error', 'warning', 'info'];
  findings.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  return {
    worst: changes.find(({ exception }) => exception === undefined)?.grade ?? null,
    changes,
    findings,
    sets: pairs.map(({ name }) => name),
  };
}

function newFindings(base: readonly Resource[], head: readonly Resource[], target: Target | undefined): Finding[] {
  const options = { contracts, ...(target !== undefined && { target }) };
  const known = new Map<string, number>();
  for (const finding of checkResources(base, options)) known.set(keyOf(finding), (known.get(keyOf(finding)) ?? 0) + 1);
  return checkResources(head, options).filter((finding) => {
    const left = known.get(keyOf(finding)) ?? 0;
    known.set(keyOf(finding), left - 1);
    return left <= 0;
  });
}

/** Without the message, which may quote a figure that changed while what is wrong did not. */
const keyOf = ({ rule, resource: { kind, name, namespace }, path }: Finding): string =>
  [rule, kind, String(namespace), name, path].join('\n');
