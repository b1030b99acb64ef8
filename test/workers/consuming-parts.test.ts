import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { waitBefore } from '../../workers/consuming/attempts.js';
import { deadLetterOf } from '../../workers/consuming/dead-letter-record.js';
import { createHeldKeys } from '../../workers/consuming/held-keys.js';
import { hideAborted, type FetchedMessage } from '../../workers/kafkajs/aborted.js';

describe('waits between attempts', () => {
  it('double from the first, with jitter on top, up to 30 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((retry) => waitBefore(retry, 1_000, 1_000, () => 0))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
    expect(waitBefore(3, 1_000, 1_000, () => 0.5)).toBe(4_500);
    expect(waitBefore(2, 60_000, 0)).toBe(60_000);
    expect(waitBefore(1_000, 1, 0)).toBe(30_000);
  });
});

describe('held keys', () => {
  const key = (name: string): Buffer => Buffer.from(name);

  it('are held until as many letters came back as were written, and no other key is', () => {
    const held = createHeldKeys(undefined);
    held.hold(key('A'), '5');
    held.hold(key('A'), '7');
    expect([held.isHeld(key('A')), held.isHeld(key('B')), held.isHeld(null)]).toEqual([true, false, false]);
    held.replayed(key('A'), '9');
    expect(held.isHeld(key('A'))).toBe(true);
    held.replayed(key('A'), '10');
    expect(held.isHeld(key('A'))).toBe(false);
    expect(held.metadataAt('11')).toBeUndefined();
  });

  it('are kept as of the position that is committed: what comes again counts once', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('A', 'B', 'C'), { maxLength: 30 }), fc.nat(30), (keys, cut) => {
        const held = createHeldKeys(undefined);
        for (const [offset, name] of keys.entries()) held.hold(key(name), String(offset));
        const next = createHeldKeys(held.metadataAt(String(cut)));
        for (const [offset, name] of keys.entries()) if (offset >= cut) next.hold(key(name), String(offset));
        const end = String(keys.length);
        expect(createHeldKeys(next.metadataAt(end)).metadataAt(end)).toBe(held.metadataAt(end));
      }),
    );
  });

  it('that are too many hold the whole partition, within what Kafka keeps, until those came back', () => {
    const held = createHeldKeys(undefined);
    for (let i = 0; i < 1_000; i += 1) held.hold(key(`key-${i}`), String(i));
    const metadata = held.metadataAt('1000') ?? '';
    expect(Buffer.byteLength(metadata)).toBeLessThanOrEqual(4_096);
    const next = createHeldKeys(metadata);
    expect([next.isFull(), next.isHeld(key('another')), next.isHeld(null)]).toEqual([true, true, true]);
    for (let i = 0; i < 1_000; i += 1) next.replayed(key(`key-${i}`), String(1_000 + i));
    expect([next.isFull(), next.size, next.isHeld(key('key-1'))]).toEqual([false, 0, false]);
  });

  it('make nothing of the metadata of strangers', () => {
    expect(createHeldKeys('consumer-a').size).toBe(0);
    expect(createHeldKeys('held1:garbage').size).toBe(0);
  });
});

describe('a dead letter', () => {
  it('holds any record whole: what is UTF-8 as text, the rest as base64', () => {
    const bytes = fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array));
    const content = fc.option(
      fc.oneof(
        bytes,
        fc.string().map((text) => Buffer.from(text)),
      ),
    );
    fc.assert(
      fc.property(content, content, (key, value) => {
        const { letter, key: kept } = deadLetterOf(
          { offset: '9007199254740993', timestamp: '1760000000000', key, value, headers: { a: Buffer.from('b') } },
          { topic: 't', partition: 3 },
          { reason: 'r', errorType: 'E', retryCount: 3 },
          { consumerGroup: 'g', clientId: 'c', now: new Date(0) },
        );
        const read = JSON.parse(JSON.stringify(letter)) as typeof letter;
        const back = (text: string | null, encoding: 'base64' | undefined): Buffer | null =>
          text === null ? null : Buffer.from(text, encoding ?? 'utf8');
        expect(back(read.originalKey, read.encoding?.key)).toEqual(key);
        expect(back(read.originalValue, read.encoding?.value)).toEqual(value);
        expect(read.originalOffset).toBe('9007199254740993');
        expect(kept).toBe(key);
      }),
    );
  });
});

describe('records of aborted transactions', () => {
  const record = (offset: number, producerId: string, key: Buffer | null = null): FetchedMessage => ({
    offset: String(offset),
    key,
    batchContext: { producerId, inTransaction: true },
    isControlRecord: false,
  });
  const marker = (offset: number, producerId: string, isCommit: boolean): FetchedMessage => ({
    ...record(offset, producerId, Buffer.from([0, 0, 0, isCommit ? 1 : 0])),
    isControlRecord: true,
  });
  const seen = (messages: readonly FetchedMessage[]): string[] => messages.flatMap((one) => (one.isControlRecord ? [] : [one.offset]));

  it('are hidden where two began before the first of the fetch', () => {
    const messages = [record(10, '2'), record(11, '1'), record(12, '3'), marker(13, '1', false), marker(14, '2', false), record(15, '1')];
    hideAborted(messages, [
      { producerId: '1', firstOffset: '5' },
      { producerId: '2', firstOffset: '7' },
    ]);
    expect(seen(messages)).toEqual(['12', '15']);
  });

  it('end at their marker, and not at a record whose key looks like one', () => {
    const messages = [
      record(10, '1', Buffer.from([0, 0, 0, 0])),
      record(11, '1'),
      marker(12, '1', false),
      record(13, '1'),
      marker(14, '1', true),
    ];
    hideAborted(messages, [{ producerId: '1', firstOffset: '10' }]);
    expect(seen(messages)).toEqual(['13']);
  });

  it('of offsets of another length are told apart', () => {
    const messages = [record(99, '1'), record(100, '1')];
    hideAborted(messages, [{ producerId: '1', firstOffset: '100' }]);
    expect(seen(messages)).toEqual(['99']);
  });
});
