import { expect, it } from '@jest/globals';
import { ApiObject, App, Chart } from 'cdk8s';
import { KafkaTopic } from '../../constructs/kafka-topic.js';
import { checkResources } from '../../constructs/model/check.js';
import { resourcesBelow } from '../../constructs/validation.js';
import { workerContracts } from '../../constructs/worker-environment.js';
import { clusterOf, stage } from '../constructs/stage.js';
import { median, printTable, timed } from './timing.js';

// How long a cluster with so many topics takes, as constructs and as plain objects of cdk8s with the same content. No test: its times say
// something only on a quiet machine. Run by: npm run test:jest -- --testMatch '**/test/bench/synth.ts'
const sizes = [250, 500, 1_000, 2_000] as const;
const runs = 5;

function declared(topics: number): App {
  const { app, chart } = stage();
  const { cluster } = clusterOf(chart);
  for (let i = 0; i < topics; i++) new KafkaTopic(chart, `T${i}`, { cluster, name: `sales.order-${i}.created`, partitions: 6 });
  return app;
}

function plain(objects: readonly object[]): App {
  const app = new App();
  const chart = new Chart(app, 'chart', { namespace: 'kafka' });
  for (const [i, object] of objects.entries()) new ApiObject(chart, `O${i}`, object as ConstructorParameters<typeof ApiObject>[2]);
  return app;
}

it('synthesis beside plain cdk8s', () => {
  declared(100).synthYaml();
  const rows = sizes.map((topics) => {
    const objects = resourcesBelow(declared(topics));
    const times = Array.from({ length: runs }, () => ({
      plain: timed(() => plain(objects).synthYaml()),
      // Rules of the whole app included: cdk8s runs them as a validation.
      muster: timed(() => declared(topics).synthYaml()),
      rules: timed(() => checkResources(objects, { contracts: workerContracts })),
    }));
    const [bare, ours, rules] = [times.map((t) => t.plain), times.map((t) => t.muster), times.map((t) => t.rules)].map(median);
    return { topics, plain: bare ?? NaN, muster: ours ?? NaN, rules: rules ?? NaN };
  });
  const cells = ['topics', 'plain ms', 'muster ms', 'of it rules ms', 'ratio', 'µs a topic'];
  const lines = rows.map(({ topics, plain: bare, muster, rules }) =>
    [topics, bare.toFixed(0), muster.toFixed(0), rules.toFixed(0), (muster / bare).toFixed(2), ((muster / topics) * 1000).toFixed(0)].map(
      String,
    ),
  );
  printTable([cells, ...lines]);
  const [first, last] = [rows[0], rows.at(-1)];
  // Eight times as many topics: linear is eight times as long, quadratic sixty-four.
  expect((last?.muster ?? NaN) / (first?.muster ?? NaN)).toBeLessThan(16);
}, 120_000);
