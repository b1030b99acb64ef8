import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import { createEventLog, formatEventLog, parseEventLog, readEventLog } from '../../scripts/drill/event-log.js';
import { inOrder } from '../../scripts/drill/history.js';
import { judge } from '../../scripts/drill/verdict.js';
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

  it('is appended to in batches, and read from a file', () => {
    const file = join(dir, 'events.ndjson');
    const lines = [run(), processed(5, 'a', 0, 0), processed(3, 'a', 1, 1)];
    const log = createEventLog(file);
    for (const line of lines) log.write(line);
    expect(statSync(file).size).toBe(0);
    log.close();
    log.close();
    expect(readEventLog(file)).toEqual([lines[0], lines[2], lines[1]]);
    expect(log.cost).toMatchObject({ lines: 3, bytes: statSync(file).size });
    expect(() => {
      log.write(run());
    }).toThrow('is closed');
  });

  it('is on disk a moment after a line was written, while the drill goes on', async () => {
    const file = join(dir, 'soon.ndjson');
    const log = createEventLog(file);
    log.write(run());
    for (let waited = 0; statSync(file).size === 0 && waited < 10_000; waited += 20) await sleep(20);
    expect(readEventLog(file)).toEqual([run()]);
    log.close();
  });

  it('is read whole where lines, and letters of several bytes, lie across the pieces of a file', () => {
    const file = join(dir, 'long.ndjson');
    const events = Array.from({ length: 12_000 }, (_, n) => processed(n, `pod-é→${'ü'.repeat(n % 97)}`, n, n));
    writeFileSync(file, formatEventLog(events));
    expect(statSync(file).size).toBeGreaterThan(2 << 20);
    expect(readEventLog(file)).toEqual(events);
  });

  it('keeps what was written before the drill died, but for a torn line', () => {
    const file = join(dir, 'died.ndjson');
    const text = formatEventLog(simulate({ rate: 20, holdMs: 500 }));
    writeFileSync(file, text.slice(0, -10));
    const events = readEventLog(file);
    expect(events).toHaveLength(text.split('\n').length - 2);
    expect(judge(events).reasons.join()).toContain('the run was cut short');
  });

  it('says that it cannot be made', () => {
    expect(refusal(() => createEventLog(join(dir, 'no', 'such', 'folder')))).toContain('cannot write the event log');
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

  it('lets fields of a later version through, and refuses its kinds of lines', () => {
    expect(parseEventLog('{"t":1,"event":"end","because":"done"}\n')).toHaveLength(1);
    expect(refusal(() => parseEventLog('{"t":1,"event":"weather","sky":"blue"}\n', 'events'))).toContain(
      'events, line 1: "weather" is no kind of line that this version knows; take the version that wrote the log (known are run, step',
    );
    expect(refusal(() => parseEventLog('{"t":1,"event":"constructor"}\n'))).toContain('is no kind of line');
  });

  it('knows every kind of line there is', () => {
    const kinds = ['end-of-steps', 'end', 'command', 'change', 'leaders', 'prediction', 'clock', 'dead', 'stopped', 'failed'];
    for (const kind of kinds) {
      const text = `{"t":1,"event":"${kind}"}\n`;
      if (kind.startsWith('end')) expect(parseEventLog(text)).toHaveLength(1);
      else expect(refusal(() => parseEventLog(text))).toContain(`${kind} without "`);
    }
  });

  it('says which file is not there, or is a folder', () => {
    expect(refusal(() => readEventLog(join(dir, 'none.ndjson')))).toContain('cannot read the event log');
    expect(refusal(() => readEventLog(dir))).toContain('EISDIR');
    writeFileSync(join(dir, 'garbage'), 'garbage\n');
    expect(refusal(() => readEventLog(join(dir, 'garbage')))).toContain('garbage, line 1: not JSON');
  });
});
