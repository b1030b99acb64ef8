import { appendFileSync, readFileSync } from 'node:fs';
import { MusterError } from '../../constructs/model/error.js';
import type { LogLine } from './events.js';

/** One line of the log, with its newline. */
export function formatLine(line: LogLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Appends synchronously: what is returned from here survives a crash of the drill itself. */
export function appendLine(file: string, line: LogLine): void {
  appendFileSync(file, formatLine(line));
}

/** The whole log as text, in the given order. */
export function formatEventLog(events: readonly LogLine[]): string {
  return events.map(formatLine).join('');
}

/**
 * The events of an NDJSON log, ordered by `t`; lines of one millisecond stay in the order of the file.
 * A last line without its newline was torn by a crash and is left out if it cannot be read; any other unreadable line is refused.
 * Takes bytes, because a long log can exceed the longest string of the engine.
 */
export function parseEventLog(content: string | Uint8Array, name = 'event log'): LogLine[] {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const events: LogLine[] = [];
  let ordered = true;
  let number = 0;
  for (let from = 0; from < bytes.length;) {
    number += 1;
    const newline = bytes.indexOf(0x0a, from);
    const text = bytes.toString('utf8', from, newline < 0 ? bytes.length : newline).trim();
    from = newline < 0 ? bytes.length : newline + 1;
    if (text === '') continue;
    const line = parseLine(text);
    if (typeof line === 'string') {
      if (newline < 0) break;
      throw new MusterError(
        'bad-input',
        `${name}, line ${String(number)}: ${line}: an event log has one JSON object a line, each with a time "t" in ms and an "event" or "evidence"`,
      );
    }
    ordered &&= (events.at(-1)?.t ?? line.t) <= line.t;
    events.push(line);
  }
  return ordered ? events : events.sort((a, b) => a.t - b.t);
}

/** Reads an event log from disk. */
export function readEventLog(file: string): LogLine[] {
  let content: Uint8Array;
  try {
    content = readFileSync(file);
  } catch (cause) {
    throw new MusterError('bad-input', `cannot read the event log ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  return parseEventLog(content, file);
}

/** The line, or what is wrong with it. */
function parseLine(text: string): LogLine | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `not JSON: ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object';
  if (!('t' in value) || typeof value.t !== 'number' || !Number.isFinite(value.t)) return 'no time "t"';
  const kind = 'event' in value ? value.event : 'evidence' in value ? value.evidence : undefined;
  if (typeof kind !== 'string') return 'neither "event" nor "evidence"';
  const wrong = missing(kind, value);
  return wrong === undefined ? (value as LogLine) : `${kind} without ${wrong}`;
}

type FieldType = 'string' | 'number' | 'boolean' | 'array';

/** The fields the verdict relies on, by kind of line. A kind that is not listed comes from a later version and is let through. */
const required: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  run: { scenario: 'string', topic: 'string', partitions: 'number', sessionTimeoutMs: 'number', rate: 'number', notes: 'array' },
  step: { name: 'string', members: 'number' },
  fault: { kind: 'string', pod: 'string' },
  pod: { pod: 'string', role: 'string', state: 'string' },
  group: { state: 'string', members: 'array' },
  offsets: { partitions: 'array' },
  sent: { topic: 'string', partition: 'number', key: 'string', seq: 'number', producer: 'string' },
  acked: { topic: 'string', partition: 'number', key: 'string', seq: 'number', producer: 'string', offset: 'number' },
  failed: { topic: 'string', partition: 'number', key: 'string', seq: 'number', producer: 'string', outcome: 'string' },
  assigned: { member: 'string', partitions: 'array' },
  revoked: { member: 'string' },
  lost: { member: 'string' },
  processed: { member: 'string', topic: 'string', partition: 'number', offset: 'number' },
  committed: { member: 'string', topic: 'string', partition: 'number', offset: 'number' },
  stopped: { member: 'string' },
};

function missing(kind: string, value: object): string | undefined {
  for (const [field, type] of Object.entries(required[kind] ?? {})) {
    const given: unknown = (value as Record<string, unknown>)[field];
    if (type === 'array' ? !Array.isArray(given) : typeof given !== type) return `"${field}" (${type})`;
  }
  return undefined;
}
