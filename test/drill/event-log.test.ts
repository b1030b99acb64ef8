import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import { appendLine, formatEventLog, parseEventLog, readEventLog } from '../../scripts/drill/event-log.js';
import { inOrder } from '../../scripts/drill/history.js';
import { processed, run } from './histories.js';
import { simulate } from './simulate.js';

const dir = mkdtempSync(join(tmpdir(), 'muster-event-log-'));
afterAll(() => rmSync(dir, { recursive: true }));

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(MusterError);
    expect((error as MusterError).code).toBe('bad-input');
    return (error as MusterError).message;
  }
  throw new Error('nothing was refused');
}

describe('an event log', () => {
  it('is read as it was written', () => {
    const events = simulate({ rate: 20, holdMs: 500 });
    expect(parseEventLog(formatEventLog(events))).toEqual(events);
  });

  it('is appended to line by line, and read from a file', () => {
    const file = join(dir, 'events.ndjson');
    const lines = [run(), processed(5, 'a', 0, 0), processed(3, 'a', 1, 1)];
    for (const line of lines) appendLine(file, line);
    expect(readEventLog(file)).toEqual([lines[0], lines[2], lines[1]]);
  });

  it('is ordered by time; lines of one millisecond keep the order of the file', () => {
    const lines = [processed(2, 'b', 0, 0), processed(1, 'a', 1, 1), processed(2, 'a', 2, 2), processed(2, 'b', 3, 3)];
    expect(parseEventLog(formatEventLog(lines))).toEqual([lines[1], lines[0], lines[2], lines[3]]);
    expect(inOrder(lines)).toEqual([lines[1], lines[2], lines[0], lines[3]]);
  });

  it('bears a last line that a crash tore, empty lines and Windows line ends', () => {
    const line = JSON.stringify(processed(1, 'é → ü', 0, 0));
    expect(parseEventLog(`${line}\r\n\n${line}\n{"t":17,"eviden`)).toHaveLength(2);
    expect(parseEventLog(`${line}\n${line}`)).toHaveLength(2);
    expect(parseEventLog('')).toEqual([]);
  });

  it.each([
    ['not json', 'events, line 2: not JSON: not json'],
    ['[1]', 'events, line 2: not an object'],
    ['null', 'events, line 2: not an object'],
    ['{"event":"end"}', 'events, line 2: no time "t"'],
    ['{"t":"1","event":"end"}', 'events, line 2: no time "t"'],
    ['{"t":1}', 'events, line 2: neither "event" nor "evidence"'],
    ['{"t":1,"evidence":"processed","member":"a","topic":"x","partition":0}', 'events, line 2: processed without "offset" (number)'],
    ['{"t":1,"event":"group","state":"Stable"}', 'events, line 2: group without "members" (array)'],
  ])('refuses %s and names the line', (wrong, message) => {
    expect(refusal(() => parseEventLog(`{"t":0,"event":"end"}\n${wrong}\n{"t":2,"event":"end"}\n`, 'events'))).toContain(message);
  });

  it('lets kinds of a later version through', () => expect(parseEventLog('{"t":1,"event":"broker","id":2}\n')).toHaveLength(1));

  it('says which file is not there, or is a folder', () => {
    expect(refusal(() => readEventLog(join(dir, 'none.ndjson')))).toContain('cannot read the event log');
    expect(refusal(() => readEventLog(dir))).toContain('EISDIR');
    writeFileSync(join(dir, 'garbage'), 'garbage\n');
    expect(refusal(() => readEventLog(join(dir, 'garbage')))).toContain('garbage, line 1: not JSON');
  });
});
