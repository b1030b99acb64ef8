import type { History } from './history.js';
import { ownedSpans } from './ownership.js';

/** A partition that its owner gave up and took back, with nobody between: it never moved, and stood still all the same. */
export interface GivenUp {
  readonly step: string;
  readonly member: string;
  readonly partition: number;
}

/** By the members' own evidence, in every step but the first, which is a start. What a crash or a freeze took away is not given up. */
export function givenUp(history: History): GivenUp[] {
  const said = new Set(history.ownership.map(({ member, t }) => `${member} ${String(t)}`));
  const spans = ownedSpans(history);
  return spans.flatMap((span, index) => {
    const next = spans[index + 1];
    if (next?.partition !== span.partition || next.member !== span.member || !said.has(`${span.member} ${String(span.to)}`)) return [];
    const step = history.steps.slice(1).find(({ from, to }) => span.to >= from && next.from < to);
    return step === undefined ? [] : [{ step: step.name, member: span.member, partition: span.partition }];
  });
}
