import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { memberDefects } from './defects/of-members.js';
import { reasonsOf, runDefects, type DefectRuns } from './defects/seeded.js';

/** Drills at a time: most of their time they wait for a session or a hold. */
const atOnce = 2;

let brokers: Brokers;
let runs: DefectRuns;
beforeAll(async () => {
  brokers = await startBrokers({ brokers: 3 });
  runs = await runDefects(memberDefects, { atOnce, bootstrap: brokers.bootstrap });
}, 1_200_000);
afterAll(async () => {
  runs.remove();
  await brokers.stop();
});

describe('a drill fails where a member has the defect that it is made for', () => {
  it.each(memberDefects.map((one) => [one.scenario, one.defect, one] as const))('%s: %s', (scenario, _, { reason, spared }) => {
    const said = reasonsOf(runs.of(scenario)).join('\n');
    expect(said).toMatch(reason);
    if (spared !== undefined) expect(said).not.toMatch(spared);
  });
});
