import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from './brokers.js';

describe('brokers for tests', () => {
  let brokers: Brokers;
  beforeAll(async () => {
    brokers = await startBrokers({ brokers: 1, topics: [{ name: 'orders.created', partitions: 3 }] });
  }, 120_000);
  afterAll(async () => brokers.stop());

  it('come up with their topics', async () => {
    expect(await brokers.admin.brokers()).toEqual([0]);
    expect(await brokers.admin.offsets('nobody', 'orders.created')).toEqual(
      [0, 1, 2].map((partition) => ({ partition, end: 0, committed: -1 })),
    );
  });
});
