import { PermanentError } from '../handler.js';
import type { ConsumedRecord } from '../record.js';

/** The JSON object that a record holds. */
export type Event = Readonly<Record<string, unknown>>;

/**
 * Reads a record's value.
 * @throws PermanentError when it is no JSON object: trying again would not make it one.
 */
export function eventOf({ value }: Pick<ConsumedRecord, 'value'>): Event {
  if (value === null) throw new PermanentError('the record has no value: a JSON object is wanted');
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.toString());
  } catch (error) {
    throw new PermanentError(`the value is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new PermanentError(`the value is ${kindOf(parsed)}: a JSON object is wanted`);
  return parsed as Event;
}

/** @throws PermanentError when the field is missing, empty or no text. */
export function textOf(event: Event, name: string): string {
  const value = event[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new PermanentError(`the field ${name} is ${kindOf(value)}: a text that is not empty is wanted`);
}

/** @throws PermanentError when the field is missing, no number, or outside the range; `least` and `most` belong to it. */
export function numberOf(event: Event, name: string, least = -Infinity, most = Infinity): number {
  const value = event[name];
  if (typeof value === 'number' && value >= least && value <= most) return value;
  const range = least === -Infinity ? '' : ` from ${least}${most === Infinity ? '' : ` to ${most}`}`;
  throw new PermanentError(`the field ${name} is ${typeof value === 'number' ? value : kindOf(value)}: a number${range} is wanted`);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (value === '') return 'empty';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
