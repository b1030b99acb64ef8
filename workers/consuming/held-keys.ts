import { createHash } from 'node:crypto';

/**
 * Keys of one partition whose later records follow an earlier one into the dead-letter topic, so that a key keeps its order. How many letters
 * each has is kept with the committed offset, so the next owner of the partition, or the next start, knows it too.
 */
export interface HeldKeys {
  isHeld(key: Buffer | null): boolean;
  /** A letter of the key was written for the record at this offset. Undefined key: nothing to hold, for no order is promised. */
  hold(key: Buffer | null, offset: string): void;
  /** A letter of the key came back and was worked on, by the record at this offset. The key is free when all of them have. */
  replayed(key: Buffer | null, offset: string): void;
  /** What to keep with the committed offset `position`: what stood when all before it was done. Undefined: nothing. */
  metadataAt(position: string): string | undefined;
  /** More keys are held than fit: from now on every record of the partition is. */
  isFull(): boolean;
  readonly size: number;
}

/** Kafka keeps 4096 bytes; a key takes up to 17, with counts below 36⁷. */
const mostKeys = 230;
const prefix = 'held1:';
/** Stands for the whole partition. */
const all = '*';

/** @param metadata what `metadataAt` gave before; anything else is a stranger's and counts as nothing */
export function createHeldKeys(metadata: string | undefined): HeldKeys {
  const settled = parse(metadata);
  const now = new Map(settled);
  /** Changes whose records are not committed yet, in the order they were made. */
  let changes: { offset: bigint; name: string; by: number }[] = [];

  const change = (name: string, by: number, offset: string): void => {
    add(now, name, by);
    changes.push({ offset: BigInt(offset), name, by });
  };
  return {
    isHeld: (key) => now.has(all) || (key !== null && now.size > 0 && now.has(nameOf(key))),
    hold(key, offset) {
      if (key === null && !now.has(all)) return;
      const name = key === null ? all : nameOf(key);
      const fits = now.has(name) || (!now.has(all) && now.size < mostKeys);
      change(fits ? name : all, 1, offset);
    },
    replayed(key, offset) {
      const name = key === null ? all : nameOf(key);
      const held = now.has(name) ? name : all;
      if (now.has(held)) change(held, -1, offset);
    },
    metadataAt(position) {
      const end = BigInt(position);
      for (const { name, by } of changes.filter((one) => one.offset < end)) add(settled, name, by);
      changes = changes.filter((one) => one.offset >= end);
      return settled.size === 0 ? undefined : prefix + [...settled].map(([name, count]) => `${name}:${count.toString(36)}`).join(',');
    },
    isFull: () => now.has(all),
    get size() {
      return now.size;
    },
  };
}

function add(counts: Map<string, number>, name: string, by: number): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count > 0) counts.set(name, count);
  else counts.delete(name);
}

/** 48 bits of SHA-256, eight characters. */
function nameOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 8);
}

function parse(metadata: string | undefined): Map<string, number> {
  if (metadata?.startsWith(prefix) !== true) return new Map();
  const entries = metadata
    .slice(prefix.length)
    .split(',')
    .map((entry): [string, number] => {
      const [name = '', count = ''] = entry.split(':');
      return [name, parseInt(count, 36)];
    });
  return new Map(entries.filter(([name, count]) => name !== '' && count > 0));
}
