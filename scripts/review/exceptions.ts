import { parse } from 'yaml';
import { isRecord } from '../../constructs/model/resource.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import type { Consequence } from './consequence.js';

/** A change that somebody lets pass, why, and for how long. */
export interface Exception {
  /** The id of the consequence: `topic-retention-down`. */
  readonly id: string;
  /** KIND/NAME, and `*` for any part of either. */
  readonly resource: string;
  readonly reason: string;
  /** The last day on which it holds, YYYY-MM-DD in UTC. */
  readonly until: string;
}

export interface Exceptions {
  /** The exception for a consequence that holds today, if there is one. */
  readonly of: (consequence: Consequence) => Exception | undefined;
  /** What is wrong with the file, and what in it has run out; sentences. */
  readonly problems: readonly string[];
  /** Those that hold and were asked for by no consequence so far. */
  readonly unused: () => readonly Exception[];
}

const fields = ['id', 'resource', 'reason', 'until'] as const;

/** What a file of exceptions says. An entry that is wrong or has run out lets nothing pass, and is told. `today`: YYYY-MM-DD. */
export function readExceptions(text: string, file: string, today: string): Exceptions {
  const problems: string[] = [];
  const valid: Exception[] = [];
  for (const [i, value] of entriesOf(text, file, problems).entries()) {
    const read = readEntry(value);
    const which = `${file}: entry ${String(i + 1)}`;
    if (typeof read === 'string') problems.push(`${which} ${read}; it lets nothing pass`);
    else if (read.until < today)
      problems.push(`${which} (${read.id} of ${read.resource}) ended on ${read.until} and lets nothing pass any more: remove it`);
    else valid.push(read);
  }
  const used = new Set<Exception>();
  const patterns = valid.map((exception) => ({ exception, matches: globOf(exception.resource) }));
  return {
    of: ({ id, resource }) => {
      const found = patterns.find(({ exception, matches }) => exception.id === id && matches.test(`${resource.kind}/${resource.name}`));
      if (found !== undefined) used.add(found.exception);
      return found?.exception;
    },
    problems,
    unused: () => valid.filter((exception) => !used.has(exception)),
  };
}

function entriesOf(text: string, file: string, problems: string[]): readonly unknown[] {
  let value: unknown;
  try {
    value = parse(text, { logLevel: 'error' });
  } catch (error) {
    problems.push(`${file} is not valid YAML (${(error as Error).message.split('\n')[0] ?? ''}): none of its exceptions holds`);
    return [];
  }
  const list = isRecord(value) ? value['exceptions'] : value;
  if (Array.isArray(list)) return list;
  if (list !== undefined && list !== null)
    problems.push(`${file} has no list of exceptions: write "exceptions:" and entries with ${fields.join(', ')}`);
  return [];
}

/** The exception, or what is wrong with it. */
function readEntry(value: unknown): Exception | string {
  if (!isRecord(value)) return `is no map: give it ${fields.join(', ')}`;
  const unknown = Object.keys(value).find((name) => !fields.some((field) => field === name));
  if (unknown !== undefined) return `has ${unknown}${didYouMean(unknown, fields)}: give it ${fields.join(', ')} only`;
  const missing = fields.find((field) => typeof value[field] !== 'string' || value[field].trim() === '');
  if (missing !== undefined) return `has no ${missing}: give it as text`;
  const [id, resource, reason, until] = fields.map((field) => String(value[field]).trim()) as [string, string, string, string];
  if (!/^[^/]+\/.+$/.test(resource)) return `has resource "${resource}": write KIND/NAME, as KafkaTopic/orders.*`;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(until) || Number.isNaN(Date.parse(until)))
    return `has until "${until}": write the last day on which it holds, as 2027-01-31`;
  return { id, resource, reason, until };
}

const globOf = (pattern: string): RegExp => new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`);
