import { partitionOf, type PartitionerName } from '../../../constructs/model/partitioners.js';
import { textAt } from '../../../constructs/model/resource.js';
import type { FieldChange } from '../change.js';
import type { Judged } from '../consequence.js';
import { judged } from './workload-fields.js';

/** Names under which clients know a partitioner, in lower case and without what joins words. */
const known: Readonly<Record<string, PartitionerName>> = {
  murmur2: 'murmur2',
  murmur2random: 'murmur2',
  java: 'murmur2',
  javacompatible: 'murmur2',
  javacompatiblepartitioner: 'murmur2',
  consistent: 'crc32',
  consistentrandom: 'crc32',
  crc32: 'crc32',
  legacy: 'kafkajs-legacy',
  legacypartitioner: 'kafkajs-legacy',
  kafkajslegacy: 'kafkajs-legacy',
};

const named = (text: string | undefined): PartitionerName | undefined => {
  const key = (text ?? '').toLowerCase().replace(/[^a-z0-9]/g, '');
  return Object.hasOwn(known, key) ? known[key] : undefined;
};

/** Keys to measure with, where nobody says which there are. */
const sample = Array.from({ length: 1000 }, (_, i) => `key-${i}`);

/** Share of the keys, 0 to 1, that two partitioners put on different partitions. */
export function movedShare(from: PartitionerName, to: PartitionerName, partitions: number, keys: readonly string[] = sample): number {
  return keys.filter((key) => partitionOf(key, partitions, from) !== partitionOf(key, partitions, to)).length / keys.length;
}

/** A variable of anybody's that chooses the partitioner of a producer: keys move where the two hashes differ. */
export function partitionerConsequences(byVariable: ReadonlyMap<string, readonly FieldChange[]>): Judged[] {
  return [...byVariable].flatMap(([variable, fields]): Judged[] => {
    if (!/PARTITIONER/i.test(variable)) return [];
    const [field] = fields;
    if (field === undefined) return [];
    const value = (side: unknown): string | undefined => (typeof side === 'string' ? side : textAt(side, 'value'));
    const [was, now] = [value(field.before), value(field.after)];
    const [from, to] = [named(was), named(now)];
    if (from !== undefined && from === to) return [];
    const share =
      from === undefined || to === undefined
        ? 'Most keys go to another partition'
        : `Of 1000 keys ${Math.round(1000 * movedShare(from, to, 6))} go to another partition of 6`;
    return [
      judged(fields, {
        id: 'partitioner-changed',
        grade: 'reorders',
        before: was,
        after: now,
        consequence: `${share}: new records of a key can be read before its old ones, and two producers of one topic no longer agree where a key lies.`,
        reason:
          'Java and kafkajs 2 hash by murmur2, librdkafka by CRC32 unless told murmur2_random, kafkajs before 2 by a murmur2 of its own.',
        source: 'constructs/model/partitioners.ts',
        action:
          'Stop the producers, let the readers work the topic off, then start with the new partitioner; change all producers of the topic together. muster keys shows what moves.',
      }),
    ];
  });
}
