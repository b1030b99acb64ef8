import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { isBuilt, titleOf } from '../clients.js';
import { groupDefects } from './defects/of-groups.js';
import { reasonsOf, runDefects, type DefectRuns, type SeededDefect } from './defects/seeded.js';

/** Drills at a time: most of their time they wait for a session or a hold. */
const atOnce = 2;

const isRun = ({ client }: SeededDefect): boolean => isBuilt(client ?? 'kafkajs');

let brokers: Brokers;
let runs: DefectRuns;
beforeAll(async () => {
  brokers = await startBrokers({ brokers: 3 });
  runs = await runDefects(groupDefects.filter(isRun), { atOnce, bootstrap: brokers.bootstrap });
}, 1_200_000);
afterAll(async () => {
  runs.remove();
  await brokers.stop();
});

describe.each(['kafkajs', 'librdkafka'] as const)('a drill fails where a group has the defect that it is made for', (client) => {
  const own = groupDefects.filter((one) => (one.client ?? 'kafkajs') === client);
  (isBuilt(client) ? describe : describe.skip)(titleOf(client), () => {
    it.each(own.map((one) => [one.scenario, one.defect, one] as const))('%s: %s', (scenario, _, { reason, spared }) => {
      const said = reasonsOf(runs.of(scenario)).join('\n');
      expect(said).toMatch(reason);
      if (spared !== undefined) expect(said).not.toMatch(spared);
    });
  });
});
