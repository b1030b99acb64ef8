import { describe, expect, it } from '@jest/globals';
import type { Batch, Outgoing } from '../../workers/producing/accumulator.js';
import { createDelivery } from '../../workers/producing/delivery.js';
import type { Transport } from '../../workers/kafkajs/transport.js';

function batchOf(count: number, createdAt = performance.now()): Batch {
  const records = Array.from({ length: count }, (_, seq): Outgoing => ({
    id: { topic: 't', partition: 3, key: 'k', seq, producer: 'p/1' },
    value: '',
    headers: {},
    timestamp: 0,
    bytes: 1,
  }));
  return { partition: 3, records, bytes: count, createdAt };
}
const protocolError = (type: string, retriable: boolean): Error => Object.assign(new Error(type), { type, retriable });

/** A transport whose answers are written down: an error, or the offset of the first record. */
function deliver(answers: readonly (Error | number)[], batch: Batch, timeoutMs = 60_000): Promise<string[]> {
  const story: string[] = [];
  const left = [...answers];
  const transport: Transport = {
    send(partition, records) {
      const answer = left.shift() ?? new Error('no answer left');
      story.push(`send ${partition} ${records.map((r) => r.id.seq).join(',')}`);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(records.map((_, i) => answer + i));
    },
    renew: (partition) => void story.push(`renew ${partition}`),
    close: () => Promise.resolve(),
  };
  const delivery = createDelivery(transport, timeoutMs, {
    sending: (records) => void story.push(`sending ${records.length}`),
    acked: (_, offsets) => void story.push(`acked ${offsets.join(',')}`),
    retrying: (_, error) => void story.push(`retrying ${error.message}`),
    failed: (records, outcome) => void story.push(`failed ${records.length} ${outcome}`),
  });
  return delivery(batch).then(() => story);
}

describe('a delivery', () => {
  it('is told of once before the first attempt, whatever the number of attempts', async () => {
    expect(await deliver([protocolError('NOT_LEADER_FOR_PARTITION', true), new Error('connection closed'), 40], batchOf(2))).toEqual([
      'sending 2',
      'send 3 0,1',
      'retrying NOT_LEADER_FOR_PARTITION',
      'send 3 0,1',
      'retrying connection closed',
      'send 3 0,1',
      'acked 40,41',
    ]);
  });

  it('that the broker refused for certain is rejected', async () => {
    expect(await deliver([protocolError('TOPIC_AUTHORIZATION_FAILED', false)], batchOf(1))).toContain('failed 1 rejected');
  });

  it('that may have been appended is indeterminate, even if the last answer is a refusal; the producer id is not used on', async () => {
    const story = await deliver([new Error('connection closed'), protocolError('NOT_ENOUGH_REPLICAS', true)], batchOf(1), 20);
    expect(story.slice(-2)).toEqual(['failed 1 indeterminate', 'renew 3']);
  });

  it('whose time is over before the first attempt is not attempted', async () => {
    expect(await deliver([1], batchOf(4, performance.now() - 100), 50)).toEqual(['failed 4 rejected']);
  });

  it('of a batch too large is split, down to the record that is', async () => {
    const tooLarge = protocolError('MESSAGE_TOO_LARGE', false);
    expect(await deliver([tooLarge, 7, tooLarge, 9, tooLarge], batchOf(4))).toEqual([
      'sending 4',
      'send 3 0,1,2,3',
      'send 3 0,1',
      'acked 7,8',
      'send 3 2,3',
      'send 3 2',
      'acked 9',
      'send 3 3',
      'failed 1 rejected',
      'renew 3',
    ]);
  });
});
