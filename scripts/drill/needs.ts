import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import type { ClusterPlan } from '../kafka/plan.js';
import type { Scenario } from './scenario.js';

/** @throws MusterError `bad-input` where a scenario cannot do without what the manifests, or the lanes, do not have */
export function checkNeeds({ name, needs = {} }: Scenario, plan: Pick<ClusterPlan, 'nodes'>, clients: readonly string[]): void {
  const refuse = (why: string): never => {
    throw new MusterError('bad-input', `${name} cannot be run so: ${why}`);
  };
  const brokers = plan.nodes.filter(({ roles }) => roles.includes('broker'));
  const least = needs.brokers ?? 1;
  if (brokers.length < least)
    refuse(`it takes ${String(least)} brokers, and the manifests have ${String(brokers.length)}; take another --env, as --env k3s with 3`);
  if (needs.client !== undefined && clients.some((client) => client !== needs.client))
    refuse(`it takes the client ${needs.client}, not ${clients.join(', ')}; leave --client out, or give --client ${needs.client}`);
  if (needs.roles === 'declared' && brokers.some(({ roles }) => roles.includes('controller')))
    refuse(
      'its controllers must not go with the brokers, and the manifests have nodes that are both; take an --env with a pool of controllers, as k3s',
    );
}

/** What a scenario needs and this machine has not, if there is such. */
export function lacking({ needs }: Scenario, packageDir: string, bootstrap: string | undefined): string | undefined {
  if (needs?.client === 'librdkafka' && !isLibrdkafkaBuilt(packageDir))
    return 'it needs the client librdkafka, which is not built here: run "npm run build:librdkafka" first';
  if (needs?.brokers !== undefined && bootstrap !== undefined)
    return `it needs ${String(needs.brokers)} brokers of its own to break, and those of --bootstrap are not: leave --bootstrap out`;
  return undefined;
}

/** Whether this checkout has the optional client. */
export function isLibrdkafkaBuilt(packageDir: string): boolean {
  return existsSync(join(packageDir, 'node_modules/@confluentinc/kafka-javascript/build/Release'));
}
