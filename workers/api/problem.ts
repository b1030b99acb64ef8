import { STATUS_CODES } from 'node:http';
import type { FieldProblem } from './resource.js';

/** An answer that says what went wrong, by RFC 9457. */
export interface Problem {
  readonly status: number;
  /** One or more sentences: what is wrong, and the change to make. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What else the answer says, by name. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export const problemType = 'application/problem+json; charset=utf-8';

export function problemBody({ status, detail, members }: Problem): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail, ...members });
}

export function badFields(problems: readonly FieldProblem[]): Problem {
  return { status: 400, detail: problems.map(({ problem }) => problem).join('; '), members: { errors: problems } };
}
