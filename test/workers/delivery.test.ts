import { describe, expect, it } from '@jest/globals';
import { ClientError, type Transport } from '../../workers/client-port.js';
import type { Batch } from '../../workers/producing/accumulator.js';
import { createDelivery, offsetAt, type DeliveryOptions } from '../../workers/producing/delivery.js';
import type { Outgoing } from '../../workers/producing/outgoing.js';

function batchOf(count: number, createdAt = performance.now()): Batch {
  const records = Array.from({ length: count }, (_, seq): Outgoing => ({
    topic: 't',
    partition: 3,
    key: 'k',
    value: '',
    timestamp: 0,
    bytes: 1,
    seq,
    isSettled: false,
  }));
  return { topic: 't', partition: 3, records, bytes: count, createdAt };
}
const notReplicated = new ClientError('NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS', 'retriable', false);
const notLeader = new ClientError('NOT_LEADER_FOR_PARTITION', 'NOT_LEADER_FOR_PARTITION', 'retriable', false);
const closed = new ClientError('connection closed', 'DISCONNECTED', 'retriable', true);
const tooLarge = new ClientError('MESSAGE_TOO_LARGE', 'MESSAGE_TOO_LARGE', 'permanent', false);
const noGrant = new ClientError('TOPIC_AUTHORIZATION_FAILED', 'TOPIC_AUTHORIZATION_FAILED', 'configuration', false);
const outOfOrder = new ClientError('OUT_OF_ORDER_SEQUENCE_NUMBER', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'permanent', false);

/** A transport whose answers are written down: an error, or the offset of the first record. */
function deliver(
  answers: readonly (Error | number)[],
  batch: Batch,
  options: Partial<DeliveryOptions> & { gone?: boolean; refusal?: ClientError } = {},
): Promise<string[]> {
  const story: string[] = [];
  const left = [...answers];
  const transport: Transport = {
    send(topic, partition, records) {
      const answer = left.shift() ?? new Error('no answer left');
      story.push(`send ${topic} ${partition} ${records.map((r) => (r as Outgoing).seq).join(',')}`);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    renew: (topic, partition) => void story.push(`renew ${topic} ${partition}`),
    close: () => Promise.resolve(),
  };
  const delivery = createDelivery({
    transport,
    deliveryTimeoutMs: 60_000,
    retries: Infinity,
    retryBackoffMs: 1,
    ...options,
    events: {
      sending: (records) => void story.push(`sending ${records.length}`),
      acked: (records, offsets) => void story.push(`acked ${records.map((_, i) => offsetAt(offsets, i)).join(',')}`),
      retrying: (_, error) => void story.push(`retrying ${error.message}`),
      failed: (records, { kind, outcome, retries }) => void story.push(`failed ${records.length} ${kind} ${outcome} after ${retries}`),
      tooLarge: (_, bytes) => void story.push(`${bytes} are too large`),
      refusal: () => options.refusal,
      isGone: () => options.gone === true,
    },
  });
  return delivery(batch).then((moved) => [...story, ...moved.map(({ seq }) => `back ${seq ?? -1}`)]);
}

describe('a delivery', () => {
  it('is told of once before the first attempt, whatever the number of attempts', async () => {
    expect(await deliver([notLeader, closed, 40], batchOf(2))).toEqual([
      'sending 2',
      'send t 3 0,1',
      'retrying NOT_LEADER_FOR_PARTITION',
      'send t 3 0,1',
      'retrying connection closed',
      'send t 3 0,1',
      'acked 40,41',
    ]);
  });

  it('that the broker refused for certain is rejected', async () => {
    expect(await deliver([noGrant], batchOf(1))).toContain('failed 1 configuration rejected after 0');
  });

  it('that may have been appended is indeterminate, even if the last answer is a refusal; the producer id is not used on', async () => {
    const story = await deliver([closed, notReplicated], batchOf(1), { retries: 1 });
    expect(story.slice(-2)).toEqual(['renew t 3', 'failed 1 retriable indeterminate after 1']);
  });

  it('is tried again as often as it is told, and within its time', async () => {
    expect((await deliver([notReplicated, notReplicated, notReplicated], batchOf(1), { retries: 2 })).at(-1)).toBe(
      'failed 1 retriable rejected after 2',
    );
    const begun = performance.now();
    await deliver(
      Array.from({ length: 1_000 }, () => notReplicated),
      batchOf(1),
      { deliveryTimeoutMs: 100, retryBackoffMs: 40 },
    );
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('whose time is over before the first attempt is not attempted', async () => {
    expect(await deliver([1], batchOf(4, performance.now() - 100), { deliveryTimeoutMs: 50 })).toEqual([
      'failed 4 retriable rejected after 0',
    ]);
  });

  it('is not attempted once Kafka refuses us', async () => {
    expect(await deliver([1], batchOf(1), { refusal: noGrant })).toEqual(['failed 1 configuration rejected after 0']);
  });

  it('of a batch too large is split, down to the record that is', async () => {
    expect(await deliver([tooLarge, 7, tooLarge, 9, tooLarge], batchOf(4))).toEqual([
      'sending 4',
      'send t 3 0,1,2,3',
      '4 are too large',
      'send t 3 0,1',
      'acked 7,8',
      'send t 3 2,3',
      '2 are too large',
      'send t 3 2',
      'acked 9',
      'send t 3 3',
      'failed 1 permanent rejected after 0',
    ]);
  });

  it('takes new sequence numbers when the broker has lost the old ones, and nothing is in doubt', async () => {
    expect(await deliver([outOfOrder, 5], batchOf(1))).toEqual([
      'sending 1',
      'send t 3 0',
      'renew t 3',
      'retrying OUT_OF_ORDER_SEQUENCE_NUMBER',
      'send t 3 0',
      'acked 5',
    ]);
    expect(await deliver([closed, outOfOrder], batchOf(1))).toContain('failed 1 permanent indeterminate after 1');
  });

  it('gives its records back when their partition is gone', async () => {
    expect((await deliver([notLeader], batchOf(2), { gone: true })).slice(-2)).toEqual(['back 0', 'back 1']);
  });
});
