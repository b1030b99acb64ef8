import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ruleFacts } from '../../constructs/model/check.js';
import { strimziChecks, type StrimziCheck } from '../../constructs/model/strimzi-checks.js';
import { rulesPage } from '../../scripts/rules-page.js';

describe('docs/rules.md', () => {
  it('is fresh', () => {
    // Made by: node scripts/write-rules-page.js
    expect(readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8')).toBe(rulesPage());
  });

  it('says of every rule what it is about', () =>
    expect(ruleFacts.filter(({ what, covers }) => what === undefined && covers.length === 0).map(({ id }) => id)).toEqual([]));

  it('has a rule for each of Strimzi’s checks, or says why none can know', () => {
    const covered = new Set(ruleFacts.flatMap(({ covers }) => covers));
    for (const [check, row] of Object.entries(strimziChecks))
      expect({ check, covered: covered.has(check as StrimziCheck) || 'live' in row }).toEqual({ check, covered: true });
  });
});
