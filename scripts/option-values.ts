import { MusterError } from '../constructs/model/error.js';

/** @throws MusterError `bad-input` when the number given for an option is out of its range, or none. */
export function between(option: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most))
    throw new MusterError('bad-input', `${option} ${String(value)} cannot be: give a number from ${String(least)} to ${String(most)}`);
}

/** As `between`, and whole. */
export function whole(option: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value))
    throw new MusterError(
      'bad-input',
      `${option} ${String(value)} cannot be: give a whole number from ${String(least)} to ${String(most)}`,
    );
  between(option, value, least, most);
}

/** More partitions than a cluster has are a slip of the finger, and would be printed one by one. */
export const mostPartitions = 100_000;
