import type { Finding, Severity } from './finding.js';
import type { Resource } from './resource.js';
import type { Rule, RuleFacts } from './rule.js';
import { accessRules } from './rules-access.js';
import { clusterRules } from './rules-cluster.js';
import { connectBuildRules } from './rules-connect-build.js';
import { connectRules } from './rules-connect.js';
import { cruiseControlRules } from './rules-cruise-control.js';
import { diskRules } from './rules-disk.js';
import { labelRules } from './rules-labels.js';
import { listenerRules } from './rules-listeners.js';
import { metadataFacts, metadataFindings, withReadableNamespace } from './rules-metadata.js';
import { optionRules } from './rules-options.js';
import { poolRules } from './rules-pools.js';
import { quotaRules } from './rules-quota.js';
import { rebalanceRules } from './rules-rebalance.js';
import { replicationRules } from './rules-replication.js';
import { reservedRules } from './rules-reserved.js';
import { restrictedRules } from './rules-restricted.js';
import { shapeFindings, shapeRules } from './rules-shape.js';
import { storageRules } from './rules-storage.js';
import { targetRules } from './rules-target.js';
import { templateRules } from './rules-templates.js';
import { topicRules } from './rules-topic.js';
import { userRules } from './rules-users.js';
import { versionRules } from './rules-versions.js';
import { workerClientRules } from './rules-worker-client.js';
import { workerGuaranteeRules } from './rules-worker-guarantee.js';
import { workerPathRules } from './rules-worker-paths.js';
import { workerSecurityRules } from './rules-worker-security.js';
import { workerTopicRules } from './rules-worker-topics.js';
import { workerRules } from './rules-worker.js';
import { systemOf, type Target } from './system.js';
import type { WorkerContracts } from './worker-setting.js';

/** What the rules have to be told, because the objects do not say it. */
export interface CheckOptions {
  /** The variables that producers, consumers and APIs read: `producerContract`, `consumerContract` and `apiContract` of workers/contract.ts. */
  readonly contracts: WorkerContracts;
  /** Where the objects will run. @default unknown: what depends on it is not judged */
  readonly target?: Target;
}

/** Every rule that looks at more than the shape of one object. */
export const rules: readonly Rule[] = [
  ...versionRules,
  ...clusterRules,
  ...reservedRules,
  ...optionRules,
  ...replicationRules,
  ...poolRules,
  ...storageRules,
  ...listenerRules,
  ...templateRules,
  ...cruiseControlRules,
  ...rebalanceRules,
  ...connectRules,
  ...connectBuildRules,
  ...labelRules,
  ...topicRules,
  ...userRules,
  ...workerRules,
  ...workerTopicRules,
  ...workerClientRules,
  ...workerGuaranteeRules,
  ...workerPathRules,
  ...workerSecurityRules,
  ...accessRules,
  ...diskRules,
  ...quotaRules,
  ...targetRules,
  ...restrictedRules,
];

/** All rules, those about the shape of one object first: for tables, and for whoever looks an id up. */
export const ruleFacts: readonly RuleFacts[] = [...shapeRules, metadataFacts, ...rules];

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/**
 * What is wrong with the objects of one environment, taken together; errors first, otherwise in the order of the objects.
 * The same rules judge what was just synthesised and what anybody wrote by hand.
 */
export function checkResources(given: readonly Resource[], { contracts, target }: CheckOptions): Finding[] {
  const resources = given.map(withReadableNamespace);
  const system = systemOf(resources, contracts, target);
  const findings = [...shapeFindings(resources), ...metadataFindings(given), ...rules.flatMap(({ check }) => check(system))];
  return findings.sort((a, b) => rank[a.severity] - rank[b.severity]);
}
