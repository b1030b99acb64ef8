import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerDefects } from './defects/of-brokers.js';
import { reasonsOf, runDefects, type DefectRuns } from './defects/seeded.js';

/** Drills at a time, each with brokers of its own: most of their time they wait for a session. */
const atOnce = 2;

let runs: DefectRuns;
beforeAll(async () => {
  runs = await runDefects(brokerDefects, { atOnce });
}, 1_200_000);
afterAll(() => {
  runs.remove();
});

describe('a drill of brokers fails where clients or topics have the defect that it is made for', () => {
  it.each(brokerDefects.map((one) => [one.scenario, one.defect, one] as const))('%s: %s', (scenario, _, { reason, spared }) => {
    const said = reasonsOf(runs.of(scenario)).join('\n');
    expect(said).toMatch(reason);
    if (spared !== undefined) expect(said).not.toMatch(spared);
  });

  it.each(['broker-kill', 'broker-frozen'])('%s tells of as many lost records as were acknowledged and never processed', (scenario) => {
    const { report, verdict } = runs.of(scenario);
    const lines = readFileSync(join(report, 'events.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { evidence?: string; producer?: string; key?: string; seq?: number });
    const ids = (kind: string): Set<string> =>
      new Set(
        lines.filter((line) => line.evidence === kind).map((line) => `${String(line.producer)}/${String(line.key)}/${String(line.seq)}`),
      );
    const processed = ids('processed');
    const lost = [...ids('acked')].filter((id) => !processed.has(id)).length;
    expect(lost).toBeGreaterThan(0);
    expect(verdict?.lost).toBe(lost);
    expect(verdict?.reasons[0]).toMatch(new RegExp(`^${String(lost)} of \\d+ acknowledged records were lost`));
  });
});
