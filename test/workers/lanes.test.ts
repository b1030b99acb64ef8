import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, type Transport } from '../../workers/client-port.js';
import { createAccumulator } from '../../workers/producing/accumulator.js';
import { createDelivery } from '../../workers/producing/delivery.js';
import { createLanes } from '../../workers/producing/lanes.js';
import type { Outgoing } from '../../workers/producing/outgoing.js';

const record = (seq: number): Outgoing => ({
  topic: 't',
  partition: 0,
  key: 'k',
  value: '',
  timestamp: 0,
  bytes: 100,
  seq,
  isSettled: false,
});
const again = new ClientError('NOT_LEADER_FOR_PARTITION', 'NOT_LEADER_FOR_PARTITION', 'retriable', false);
const tooLarge = new ClientError('MESSAGE_TOO_LARGE', 'MESSAGE_TOO_LARGE', 'permanent', false);
const invalid = new ClientError('INVALID_RECORD', 'INVALID_RECORD', 'permanent', false);

/** Batches of two records, on a client that takes three at once and answers when it is told to. */
function pipeline() {
  const story: string[] = [];
  const calls: { readonly seqs: string; readonly end: (answer: Error | number) => void }[] = [];
  const transport: Transport = {
    batchesInFlight: 3,
    send: (_, __, records) =>
      new Promise((resolve, reject) => {
        const seqs = records.map((r) => (r as Outgoing).seq).join(',');
        story.push(`send ${seqs}`);
        const end = (answer: Error | number): void => {
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        };
        calls.push({ seqs, end });
      }),
    renew: () => undefined,
    close: () => Promise.resolve(),
  };
  const lanes = createLanes({ batchesInFlight: 3, provenBytes: 200 });
  const said = (what: string, records: readonly Outgoing[]): void => void story.push(`${what} ${records.map(({ seq }) => seq).join(',')}`);
  const deliver = createDelivery({
    transport,
    lanes,
    deliveryTimeoutMs: 60_000,
    retries: Infinity,
    retryBackoffMs: 1,
    events: {
      sending: () => undefined,
      acked: (records) => {
        said('acked', records);
      },
      retrying: () => undefined,
      failed: (records, { kind, outcome }) => {
        said(`${kind} ${outcome}`, records);
      },
      tooLarge: () => undefined,
      refusal: () => undefined,
      isGone: () => false,
    },
  });
  const accumulator = createAccumulator({
    lingerMs: 0,
    batchBytes: 200,
    bufferBytes: 1_000_000,
    mostInFlight: lanes.mostInFlight,
    deliver,
  });
  let seq = 0;
  return {
    story,
    write(count: number) {
      for (let i = 0; i < count; i += 1) accumulator.append(record(seq++));
      return sleep(20);
    },
    /** Ends the oldest attempt with those records. */
    async end(seqs: string, answer: Error | number) {
      const at = calls.findIndex((call) => call.seqs === seqs);
      if (at < 0) throw new Error(`${seqs} is not on its way: ${story.join('; ')}`);
      calls.splice(at, 1)[0]?.end(answer);
      await sleep(20);
    },
  };
}

/** After a first batch that shows what the topic takes, three are on their way. */
async function fullPipeline() {
  const made = pipeline();
  await made.write(8);
  await made.end('0,1', 0);
  made.story.length = 0;
  return made;
}

describe('batches of one partition on their way', () => {
  it('are one until the topic has taken one as large as they become, then as many as the client takes', async () => {
    const { story, write, end } = pipeline();
    await write(10);
    expect(story).toEqual(['send 0,1']);
    await end('0,1', 0);
    expect(story).toEqual(['send 0,1', 'acked 0,1', 'send 2,3', 'send 4,5', 'send 6,7']);
    await end('2,3', 2);
    expect(story.slice(5)).toEqual(['acked 2,3', 'send 8,9']);
  });

  it('stay one where each is small', async () => {
    const { story, write, end } = pipeline();
    await write(1);
    await end('0', 0);
    await write(3);
    expect(story).toEqual(['send 0', 'acked 0', 'send 1,2']);
  });

  it('are sent again in their order, one at a time, and nothing new before them', async () => {
    const { story, write, end } = await fullPipeline();
    await end('2,3', again);
    await write(2);
    // Those beside it may still be written, so nothing is sent until that is known.
    expect(story).toEqual([]);
    await end('4,5', again);
    await end('6,7', again);
    expect(story).toEqual(['send 2,3']);
    await end('2,3', 2);
    await end('4,5', 4);
    await end('6,7', 6);
    await end('8,9', 8);
    expect(story).toEqual(['send 2,3', 'acked 2,3', 'send 4,5', 'acked 4,5', 'send 6,7', 'acked 6,7', 'send 8,9', 'acked 8,9']);
  });

  it('are not sent again after one that was behind them: that would break the order of a key', async () => {
    const { story, end } = await fullPipeline();
    await end('2,3', again);
    await end('4,5', 4);
    await end('6,7', again);
    expect(story).toEqual(['acked 4,5', 'retriable rejected 2,3', 'send 6,7']);
  });

  it('are one for good once the topic has refused one for its size or for a record', async () => {
    for (const refusal of [tooLarge, invalid]) {
      const { story, write, end } = await fullPipeline();
      for (const seqs of ['2,3', '4,5', '6,7']) await end(seqs, refusal);
      expect(story).toEqual(['send 2']);
      for (const [i, seqs] of ['2', '3', '4', '5', '6', '7'].entries()) await end(seqs, i + 2);
      await write(6);
      await end('8,9', 8);
      expect(story.slice(-3)).toEqual(['send 8,9', 'acked 8,9', 'send 10,11']);
    }
  });
});
