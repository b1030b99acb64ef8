import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { MusterError } from '../../constructs/model/error.js';
import type { LogLine } from './events.js';

/** One line of the log, with its newline. */
export function formatLine(line: LogLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** The whole log as text, in the given order. */
export function formatEventLog(events: readonly LogLine[]): string {
  return events.map(formatLine).join('');
}

/** The log of a running drill, on disk. */
export interface EventLog {
  write(line: LogLine): void;
  /** Writes what waits and brings it to the disk; a second time it does nothing. */
  close(): void;
  /** What the log cost the drill so far. */
  readonly cost: { readonly lines: number; readonly bytes: number; readonly busyMs: number };
}

/** Lines wait this long at most before they are written, in ms: a write for each would bend what is measured. */
const flushMs = 100;
/** Or until so many characters wait. */
const flushChars = 1 << 20;

/**
 * Makes the file anew and appends to it. What was written survives the death of the drill; of what a SIGKILL of the drill itself finds still waiting, at
 * most the last tenth of a second, the workers' own files keep the evidence.
 * @throws MusterError `bad-input` when the file cannot be made
 */
export function createEventLog(file: string): EventLog {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'w');
  } catch (cause) {
    throw new MusterError('bad-input', `cannot write the event log ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  const cost = { lines: 0, bytes: 0, busyMs: 0 };
  let waiting: string[] = [];
  let chars = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (fd === undefined || waiting.length === 0) return;
    const from = performance.now();
    const bytes = Buffer.from(waiting.join(''));
    waiting = [];
    chars = 0;
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    cost.bytes += bytes.length;
    cost.busyMs += performance.now() - from;
  };
  process.once('exit', flush);
  return {
    cost,
    write(line) {
      if (fd === undefined) throw new Error(`the event log ${file} is closed`);
      const from = performance.now();
      const text = formatLine(line);
      waiting.push(text);
      chars += text.length;
      cost.lines += 1;
      cost.busyMs += performance.now() - from;
      if (chars >= flushChars) flush();
      else timer ??= setTimeout(flush, flushMs).unref();
    },
    close() {
      if (fd === undefined) return;
      flush();
      fsyncSync(fd);
      closeSync(fd);
      fd = undefined;
      process.off('exit', flush);
    },
  };
}

/** Bytes read at once. */
const chunkBytes = 1 << 20;

/**
 * The events of an NDJSON log, ordered by `t`; lines of one millisecond stay in the order of the file.
 * A last line without its newline was torn by a crash and is left out if it cannot be read; any other unreadable line is refused, and so is a kind of
 * line that this version does not know: a verdict that passes over what it does not understand would be no proof. Unknown fields are let through.
 */
export function parseEventLog(content: string | Uint8Array, name = 'event log'): LogLine[] {
  return eventsOf([typeof content === 'string' ? Buffer.from(content) : content], name);
}

/** Reads an event log from disk, piece by piece: a long one exceeds the longest string, and the largest buffer, of the engine. */
export function readEventLog(file: string): LogLine[] {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    return eventsOf(chunksOf(fd), file);
  } catch (cause) {
    if (cause instanceof MusterError) throw cause;
    throw new MusterError('bad-input', `cannot read the event log ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function* chunksOf(fd: number): Generator<Uint8Array> {
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const length = readSync(fd, chunk, 0, chunkBytes, null);
    if (length === 0) return;
    yield chunk.subarray(0, length);
  }
}

function eventsOf(chunks: Iterable<Uint8Array>, name: string): LogLine[] {
  const events: LogLine[] = [];
  let ordered = true;
  let number = 0;
  const take = (bytes: Uint8Array, isTorn: boolean): void => {
    number += 1;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').trim();
    if (text === '') return;
    const line = parseLine(text);
    if (typeof line === 'string') {
      if (isTorn) return;
      throw new MusterError(
        'bad-input',
        `${name}, line ${String(number)}: ${line}: an event log has one JSON object a line, each with a time "t" in ms and an "event" or "evidence"`,
      );
    }
    ordered &&= (events.at(-1)?.t ?? line.t) <= line.t;
    events.push(line);
  };
  let rest: Uint8Array = Buffer.alloc(0);
  for (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let newline = bytes.indexOf(0x0a); newline >= 0; newline = bytes.indexOf(0x0a, from)) {
      take(bytes.subarray(from, newline), false);
      from = newline + 1;
    }
    rest = bytes.subarray(from);
  }
  if (rest.length > 0) take(rest, true);
  return ordered ? events : events.sort((a, b) => a.t - b.t);
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
  if (!Object.hasOwn(required, kind))
    return `"${kind}" is no kind of line that this version knows; take the version that wrote the log (known are ${Object.keys(required).join(', ')})`;
  const wrong = missing(kind, value);
  return wrong === undefined ? (value as LogLine) : `${kind} without ${wrong}`;
}

type FieldType = 'string' | 'number' | 'boolean' | 'array';

/** Every kind of line, with the fields the verdict relies on. */
const required: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  run: { scenario: 'string', topic: 'string', partitions: 'number', sessionTimeoutMs: 'number', rate: 'number', notes: 'array' },
  step: { name: 'string', members: 'number' },
  'end-of-steps': {},
  end: {},
  overhead: { cpuMs: 'number', wallMs: 'number', lateP99Ms: 'number', lateMaxMs: 'number' },
  command: { command: 'string' },
  change: { kind: 'string', detail: 'string' },
  leaders: { partitions: 'array' },
  prediction: { of: 'string', at: 'string', unit: 'string' },
  clock: { pod: 'string', aheadAtLeastMs: 'number', aheadAtMostMs: 'number' },
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
  dead: { member: 'string', topic: 'string', partition: 'number', offset: 'number', to: 'string', reason: 'string' },
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
