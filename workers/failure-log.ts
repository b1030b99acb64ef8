import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigurationError } from './configuration-error.js';
import { causeOf } from './errors.js';

/** A record that no topic takes. */
export interface FailedRecord {
  /** ISO 8601: when it was given up. */
  readonly time: string;
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Of what is base64, because it is not UTF-8: `key`, `value`, or `headers.<name>`. */
  readonly base64?: readonly string[] | undefined;
  /** Ms since the epoch. */
  readonly timestamp: number;
  readonly errorType: string;
  readonly reason: string;
  /** `indeterminate`: it may be in the topic all the same. */
  readonly outcome: 'rejected' | 'indeterminate';
  readonly retryCount: number;
  readonly clientId: string;
}

export interface FailureLog {
  /** When it returns, the records are on the disk. Throws what the file system says. */
  write(records: readonly FailedRecord[]): void;
  readonly dir: string;
}

/**
 * The last place for a record: a JSON line each, a file a day (UTC), as failures-2026-11-21.jsonl.
 * @throws ConfigurationError when the folder cannot be made or written.
 */
export function createFailureLog(dir: string): FailureLog {
  try {
    makeFolders(dir);
    const probe = join(dir, `.probe-${process.pid}`);
    closeSync(openSync(probe, 'w'));
    rmSync(probe);
  } catch (error) {
    throw new ConfigurationError([
      `FAILURE_LOG_DIR is "${dir}", which cannot be written: ${causeOf(error).message}; mount a volume there that the user of the process may write`,
    ]);
  }
  return {
    dir,
    write(records) {
      if (records.length === 0) return;
      const day = new Date().toISOString().slice(0, 10);
      const file = openSync(join(dir, `failures-${day}.jsonl`), 'a');
      try {
        // One write, so that two workers with the same folder do not mix their lines.
        const bytes = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
        for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
  };
}

/** From the top down: where the system refuses a folder as if its parent were not there, as below /proc, `recursive` would try for ever. */
function makeFolders(dir: string): void {
  if (existsSync(dir)) return;
  makeFolders(dirname(dir));
  try {
    mkdirSync(dir);
  } catch (error) {
    // Another worker was quicker.
    if (!existsSync(dir)) throw error;
  }
}

/** Text of bytes; base64, and its name noted, when they are no UTF-8. */
export function readable(content: string | Buffer | null, name: string, base64: string[]): string | null {
  if (content === null || typeof content === 'string') return content;
  const text = content.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(content)) return text;
  base64.push(name);
  return content.toString('base64');
}
