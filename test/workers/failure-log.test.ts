import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../workers/configuration-error.js';
import { createFailureLog, type FailedRecord } from '../../workers/failure-log.js';

const dir = mkdtempSync(join(tmpdir(), 'muster-failures-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const record: FailedRecord = {
  time: '2026-11-21T20:00:00.000Z',
  topic: 'orders.created',
  key: 'customer-A',
  value: '{}',
  headers: {},
  timestamp: 0,
  errorType: 'TimeoutError',
  reason: 'nobody answered',
  outcome: 'indeterminate',
  retryCount: 3,
  clientId: 'producer-keyed-0',
};

describe('the failure log', () => {
  it('makes its folders, and appends a line a record', () => {
    const log = createFailureLog(join(dir, 'a/b/c'));
    log.write([record]);
    createFailureLog(join(dir, 'a/b/c')).write([record, record]);
    const [file = ''] = readdirSync(log.dir);
    expect(file).toMatch(/^failures-\d{4}-\d\d-\d\d\.jsonl$/);
    const lines = readFileSync(join(log.dir, file), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([record, record, record]);
  });

  it('refuses at once a folder that cannot be made: below a file, and where the system keeps its own', () => {
    writeFileSync(join(dir, 'file'), '');
    for (const wrong of [join(dir, 'file/below'), '/proc/muster/failures'])
      expect(() => createFailureLog(wrong)).toThrow(new RegExp(`FAILURE_LOG_DIR is "${wrong}", which cannot be written`));
    expect(() => createFailureLog('/proc/muster')).toThrow(ConfigurationError);
  });
});
