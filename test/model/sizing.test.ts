import { expect, it } from '@jest/globals';
import { storagePerBroker } from '../../constructs/model/sizing.js';

it('keeps rate × retention × RF ÷ brokers ÷ fill, and a segment for each replica', () => {
  const gib = 2 ** 30;
  const need = { bytesPerSecond: 102_400, retentionMs: 604_800_000, replicationFactor: 3, brokers: 3, partitions: 6, segmentBytes: gib };
  expect(storagePerBroker(need)).toBe(Math.ceil((102_400 * 604_800) / 0.7 + 6 * gib));
  // Seven partitions × RF 2 on three brokers: one broker holds five replicas.
  expect(storagePerBroker({ ...need, bytesPerSecond: 0, partitions: 7, replicationFactor: 2 })).toBe(5 * gib);
});
