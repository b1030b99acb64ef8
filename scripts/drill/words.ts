import type { RecordExample } from './delivery.js';

/** The first three, `partition/offset (key #seq)`. */
export function examples(list: readonly RecordExample[]): string {
  const shown = list.slice(0, 3).map((one) => `${String(one.partition)}/${String(one.offset)} (${one.key} #${String(one.seq)})`);
  const more = list.length - shown.length;
  return `partition/offset ${shown.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

export const records = (count: number): string => `${String(count)} record${count === 1 ? '' : 's'}`;
export const members = (count: number): string => `${String(count)} member${count === 1 ? '' : 's'}`;
export const was = (count: number): string => (count === 1 ? 'was' : 'were');
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
