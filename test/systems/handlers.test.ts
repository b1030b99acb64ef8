import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { deadLetterHeaders, producerDeadLetterHeaders } from '../../workers/dead-letter.js';
import { PermanentError, type HandlerSettings, type OpenHandler, type RecordContext } from '../../workers/handler.js';
import type { Logger } from '../../workers/logging.js';
import type { RecordTurn } from '../../workers/producing/record-maker.js';
import type { ConsumedRecord } from '../../workers/record.js';
import { deadLetterMonitor, originOf } from '../../workers/systems/dead-letter-monitor.js';
import { eventOf, numberOf, textOf } from '../../workers/systems/event.js';
import { handlers } from '../../workers/systems/index.js';
import { createLine, machines } from '../../workers/systems/machine-line.js';
import { makers } from '../../workers/systems/makers.js';
import { simulatedWork } from '../../workers/systems/simulated-work.js';
import { handlerNames, recordKinds } from '../../workers/contract.js';

const record = (value: string | null, more: Partial<ConsumedRecord> = {}): ConsumedRecord => ({
  offset: '0',
  timestamp: String(Date.now()),
  key: null,
  value: value === null ? null : Buffer.from(value),
  ...more,
});
const settings: HandlerSettings = {
  clientId: 'member',
  groupId: 'group',
  outputTopic: undefined,
  bookedTopic: undefined,
  workMs: 0,
  database: undefined,
  alertAbove: 0,
};
const silent = { error: () => undefined, info: () => undefined } as unknown as Logger;
const context = { topic: 'in', partition: 0, attempt: 1 } as RecordContext;

describe('what a record must be', () => {
  it.each([
    [null, 'the record has no value'],
    ['', 'the value is not JSON'],
    ['{"order_id": ', 'the value is not JSON'],
    ['[1]', 'the value is a list'],
    ['null', 'the value is null'],
    ['7', 'the value is a number'],
  ])('%s is no event', (value, message) => {
    expect(() => eventOf(record(value))).toThrow(PermanentError);
    expect(() => eventOf(record(value))).toThrow(message);
  });

  it('says of a field what it is, and what is wanted', () => {
    expect(textOf({ a: 'b' }, 'a')).toBe('b');
    expect(numberOf({ a: -90 }, 'a', -90, 90)).toBe(-90);
    expect(() => textOf({}, 'a')).toThrow('the field a is missing: a text that is not empty is wanted');
    expect(() => textOf({ a: '' }, 'a')).toThrow('the field a is empty');
    expect(() => numberOf({ a: '7' }, 'a')).toThrow('the field a is a string: a number is wanted');
    expect(() => numberOf({ a: 90.1 }, 'a', -90, 90)).toThrow('the field a is 90.1: a number from -90 to 90 is wanted');
  });

  it('copy hands key, value and headers on, and refuses to start without a topic to write to', async () => {
    const { copy } = await import('../../workers/systems/copy.js');
    expect(() => copy(settings, {} as never)).toThrow(/CONSUMER_OUTPUT_TOPIC is missing/);
    const { handle } = await copy({ ...settings, outputTopic: 'out' }, {} as never);
    const written: unknown[] = [];
    const publish = (made: unknown) => Promise.resolve(written.push(made) as never);
    const key = Buffer.from('k');
    await handle(record('v', { key, headers: { sequence: '7', producer: [Buffer.from('p'), 'q'] } }), {
      ...context,
      publish,
    } as RecordContext);
    expect(written).toEqual([{ topic: 'out', key, value: Buffer.from('v'), headers: { sequence: '7', producer: Buffer.from('p') } }]);
  });

  it('simulated work wants what begins as an object to be one, and something to work on', async () => {
    const { handle } = await simulatedWork(settings, {} as never);
    expect(handle(record('{"a":1}'), context)).toBeUndefined();
    expect(handle(record('any load'), context)).toBeUndefined();
    await expect(handle(record('{"order_id": '), context)).rejects.toThrow(PermanentError);
    await expect(handle(record(null), context)).rejects.toThrow('no value');
  });
});

describe('the registries', () => {
  it('have every handler and every maker of the contract', async () => {
    expect(Object.keys(handlers).sort()).toEqual([...handlerNames].sort());
    expect(Object.keys(makers).sort()).toEqual([...recordKinds].sort());
    for (const name of handlerNames) expect(await handlers[name]?.()).toBeInstanceOf(Function);
  });

  const turn: RecordTurn = { key: 'lot_"A"', seq: 4, number: 9, correlationId: 'c', timestamp: 1_700_000_000_000, recordBytes: 400 };
  it.each(recordKinds)('a record of kind %s is JSON of the size asked for, and the same for the same turn', async (kind) => {
    const make = await makers[kind]?.();
    const value = make?.(turn).value ?? '';
    expect(Buffer.byteLength(value)).toBe(400);
    expect(JSON.stringify(JSON.parse(value))).toContain('lot_\\"A\\"');
    expect(make?.(turn).value).toBe(value);
    expect(Buffer.byteLength(make?.({ ...turn, recordBytes: 1 }).value ?? '')).toBeGreaterThan(1);
  });
});

describe('the line as its events tell it', () => {
  const step = (machine: (typeof machines)[number]) => ({ lot: 'l', run: 1, machine });

  it('a step may run when the one before it is completed, and not because it waits', () => {
    const line = createLine();
    expect(line.mayRun(step('M1'))).toBe(true);
    expect(line.mayRun(step('M2'))).toBe(false);
    line.learn(step('M1'), 'waiting');
    expect(line.mayRun(step('M2'))).toBe(false);
    line.learn(step('M1'), 'completed');
    expect(line.mayRun(step('M2'))).toBe(true);
    expect(line.mayRun({ ...step('M2'), run: 2 })).toBe(false);
    expect(line.next(step('M2'))).toEqual(step('M3'));
    expect(line.next(step('M3'))).toBeUndefined();
  });

  it('is the same however often its events are told: what is completed stays so', () => {
    const telling = fc.tuple(fc.constantFrom(...machines), fc.constantFrom<'waiting' | 'completed'>('waiting', 'completed'));
    fc.assert(
      fc.property(fc.array(telling), fc.array(fc.nat()), (told, again) => {
        const [once, often] = [createLine(), createLine()];
        for (const [machine, status] of told) once.learn(step(machine), status);
        for (const [machine, status] of told) often.learn(step(machine), status);
        for (const i of again) {
          const repeated = told[i % Math.max(1, told.length)];
          if (repeated !== undefined && repeated[1] === 'completed') often.learn(step(repeated[0]), repeated[1]);
        }
        for (const machine of machines) {
          const isDone = told.some(([one, status]) => one === machine && status === 'completed');
          expect(often.statusOf(step(machine)) === 'completed').toBe(isDone);
          expect(often.statusOf(step(machine))).toBe(once.statusOf(step(machine)));
        }
      }),
    );
  });
});

describe('the monitor of dead letters', () => {
  let monitor: OpenHandler | undefined;
  afterEach(async () => monitor?.close?.());
  const open = async (alertAbove: number): Promise<{ handle(one: ConsumedRecord): void; metrics(): Promise<string> }> => {
    const registry = new Registry();
    const opened = await deadLetterMonitor({ ...settings, alertAbove }, { logger: silent, registry, readTopic: () => Promise.resolve() });
    monitor = opened;
    return { handle: (one) => void opened.handle(one, context), metrics: () => registry.metrics() };
  };
  const dead = (reason: string, at = Date.now()): ConsumedRecord =>
    record('{}', {
      timestamp: String(at),
      headers: { [deadLetterHeaders.originalTopic]: Buffer.from('orders'), [deadLetterHeaders.reason]: Buffer.from(reason) },
    });

  it('knows a dead letter of a consumer, of a producer, and one that is neither', () => {
    expect(originOf(dead('the field total is -1: a number from 0 is wanted'))).toEqual({
      topic: 'orders',
      reason: 'the field total is -…: a number from … is wanted',
    });
    const { originalTopic, errorType } = producerDeadLetterHeaders;
    expect(originOf({ headers: { [originalTopic]: 'orders', [errorType]: 'MESSAGE_TOO_LARGE' } })).toEqual({
      topic: 'orders',
      reason: 'MESSAGE_TOO_LARGE',
    });
    expect(originOf({})).toEqual({ topic: 'unknown', reason: 'unknown' });
  });

  it('raises the alert above the limit, and ends it when they are long enough ago', async () => {
    const { handle, metrics } = await open(1);
    const almostFiveMinutes = Date.now() - 5 * 60_000 + 700;
    handle(dead('a', almostFiveMinutes));
    expect(await metrics()).toMatch(/dead_letter_alert 0/);
    handle(dead('a', almostFiveMinutes));
    expect(await metrics()).toMatch(/dead_letter_alert 1/);
    await sleep(1_000);
    expect(await metrics()).toMatch(/dead_letters_recent 0/);
    expect(await metrics()).toMatch(/dead_letter_alert 0/);
    expect(await metrics()).toMatch(/dead_letters_total\{topic="orders",reason="a"\} 2/);
  });

  it('does not cry over what is long past', async () => {
    const { handle, metrics } = await open(0);
    handle(dead('a', Date.now() - 3_600_000));
    expect(await metrics()).toMatch(/dead_letter_alert 0/);
  });

  it('keeps its series few, whatever the reasons', async () => {
    const { handle, metrics } = await open(0);
    for (let i = 0; i < 1_000; i += 1) handle(dead(`reason ${String.fromCodePoint(0x4e00 + i)}`));
    expect((await metrics()).split('\n').filter((line) => line.startsWith('dead_letters_total{')).length).toBeLessThanOrEqual(201);
  });
});
