import { describe, expect, it } from '@jest/globals';
import { renderTable } from '../../scripts/drill/table.js';
import { judge } from '../../scripts/drill/verdict.js';
import { simulate } from './simulate.js';

describe('the verdict of a simulated run', () => {
  const events = simulate();
  const verdict = judge(events);

  it('passes', () => {
    process.stderr.write(renderTable(verdict) + '\n');
    expect(verdict.reasons).toEqual([]);
    expect(verdict.verdict).toBe('passed');
  });
});
