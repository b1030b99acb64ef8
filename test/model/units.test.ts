import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MusterError } from '../../constructs/model/error.js';
import {
  compareQuantities,
  formatBytes,
  formatCpu,
  formatDuration,
  formatRate,
  formatSize,
  parseDuration,
  parseQuantity,
  parseRate,
  parseSize,
  quantity,
} from '../../constructs/model/units.js';

describe('quantities', () => {
  it.each([
    ['500m', 0.5],
    ['100m', 0.1],
    ['2', 2],
    ['1Gi', 1073741824],
    ['1G', 1e9],
    ['1.5Gi', 1610612736],
    ['1e3', 1000],
    ['1E', 1e18],
    ['.5', 0.5],
  ])('reads %s', (text, value) => expect(parseQuantity(text)).toBe(value));

  it.each(['10 gigs', '', '1GiB', 'Gi', '1,5', '0x10'])('knows that "%s" is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
    expect(() => quantity(text)).toThrow(MusterError);
  });

  it('compares by value, not by text', () => {
    expect(compareQuantities('1Gi', '1G')).toBeGreaterThan(0);
    expect(compareQuantities('1000m', 1)).toBe(0);
    expect(compareQuantities('900Mi', '1Gi')).toBeLessThan(0);
  });

  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => parseQuantity(formatBytes(bytes)) === bytes));
    fc.assert(fc.property(fc.integer({ min: 1, max: 1_000_000 }), (millis) => parseQuantity(formatCpu(millis / 1000)) === millis / 1000));
  });
});

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['168h', 604_800_000],
    ['7d', 604_800_000],
    ['1h30m', 5_400_000],
    ['0.5s', 500],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each(['7', '', '7 x', 'd7', '7d!', '-7d'])('refuses "%s"', (text) => expect(() => parseDuration(text)).toThrow(MusterError));
  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  });
});

describe('sizes', () => {
  it.each([
    ['50MB', 50_000_000],
    ['50MiB', 52_428_800],
    ['1kB', 1000],
    ['1KiB', 1024],
    ['512B', 512],
    ['1.5 GiB', 1_610_612_736],
  ])('reads %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));
  it.each(['50', '50Mb', 'MB', '50 MBs', '-1MB'])('refuses "%s"', (text) => expect(() => parseSize(text)).toThrow(MusterError));
  it('says a size in decimal units', () => {
    expect(formatSize(102_400)).toBe('102.4 kB');
    expect(formatSize(512)).toBe('512 B');
  });
});

describe('rates', () => {
  it.each([
    ['500MB/s', 'bytes', 500e6],
    ['1 GiB/h', 'bytes', 2 ** 30 / 3600],
    ['10Gbit/s', 'bytes', 1.25e9],
    ['1000/s', 'records', 1000],
    ['36000 records/h', 'records', 10],
    ['1 record/min', 'records', 1 / 60],
  ])('reads %s', (text, unit, perSecond) => {
    const rate = parseRate(text);
    expect(rate.unit).toBe(unit);
    expect(rate.perSecond).toBeCloseTo(perSecond, 6);
  });
  it.each(['', '500MB', '500', '/s', '500 MB per s', '5XB/s', '5/fortnight', '-5/s'])('refuses "%s"', (text) =>
    expect(() => parseRate(text)).toThrow(MusterError),
  );
  it('keeps slow rates apart from none', () => expect(formatRate(parseRate('1/h'))).toBe('0.000278/s'));
  it('reads back what it writes, but for the digits it leaves out', () => {
    fc.assert(
      fc.property(fc.constantFrom('bytes' as const, 'records' as const), fc.integer({ min: 1, max: 10 ** 13 }), (unit, perSecond) => {
        const back = parseRate(formatRate({ unit, perSecond }));
        expect(back.unit).toBe(unit);
        expect(back.perSecond / perSecond).toBeCloseTo(1, 2);
      }),
    );
  });
});
