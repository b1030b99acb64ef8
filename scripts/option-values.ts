import { MusterError } from '../constructs/model/error.js';

/** @throws MusterError `bad-input` when the number given for an option is out of its range, or none. */
export function between(option: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most))
    throw new MusterError('bad-input', `${said(option, value)}: give a number from ${String(least)} to ${String(most)}`);
}

/** As `between`, and whole. */
export function whole(option: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value))
    throw new MusterError('bad-input', `${said(option, value)}: give a whole number from ${String(least)} to ${String(most)}`);
  between(option, value, least, most);
}

/** The parser of the command line hands on what is no number as NaN. */
const said = (option: string, value: number): string =>
  Number.isNaN(value) ? `${option} was given something that is no number` : `${option} ${String(value)} cannot be`;

/** More partitions than a cluster has are a slip of the finger, and would be printed one by one. */
export const mostPartitions = 100_000;
