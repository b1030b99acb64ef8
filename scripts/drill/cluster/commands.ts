import { MusterError } from '../../../constructs/model/error.js';
import type { Right } from '../../cluster/rights.js';
import type { Scenario, Step } from '../scenario.js';
import { markLabel } from './mark.js';
import type { DeploymentNow } from './target.js';

/** The commands of a drill on a cluster, each in one place: what is printed before is what is run. */

export const scaleCommand = (deployment: string, replicas: number, namespace: string): string[] => [
  'scale',
  `deployment/${deployment}`,
  `--replicas=${String(replicas)}`,
  '-n',
  namespace,
];
export const forceDeleteCommand = (pod: string, namespace: string): string[] => [
  'delete',
  `pod/${pod}`,
  '--force',
  '--grace-period=0',
  '-n',
  namespace,
];
/** The ReplicaSet ends the pod of the lowest cost first when it is told to have one fewer. */
export const chooseCommand = (pod: string, namespace: string): string[] => [
  'annotate',
  `pod/${pod}`,
  'controller.kubernetes.io/pod-deletion-cost=-1000',
  '--overwrite',
  '-n',
  namespace,
];
export const restartCommand = (deployment: string, namespace: string): string[] => [
  'rollout',
  'restart',
  `deployment/${deployment}`,
  '-n',
  namespace,
];
export const undoRolloutCommand = (deployment: string, revision: string, namespace: string): string[] => [
  'rollout',
  'undo',
  `deployment/${deployment}`,
  `--to-revision=${revision}`,
  '-n',
  namespace,
];
export const setEnvCommand = (
  deployment: string,
  settings: Readonly<Record<string, string>>,
  container: string,
  namespace: string,
): string[] => [
  'set',
  'env',
  `deployment/${deployment}`,
  '-c',
  container,
  ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
  '-n',
  namespace,
];
export const strategyCommand = (deployment: string, strategy: object, namespace: string): string[] => [
  'patch',
  `deployment/${deployment}`,
  '--type=merge',
  '-p',
  JSON.stringify({ spec: { strategy } }),
  '-n',
  namespace,
];
export const surgeStrategy = (maxSurge: 0 | 1): object => ({
  type: 'RollingUpdate',
  rollingUpdate: { maxSurge, maxUnavailable: maxSurge === 0 ? 1 : 0 },
});
export const markCommand = (deployment: string, value: string, namespace: string): string[] => [
  'label',
  `deployment/${deployment}`,
  `${markLabel}=${value}`,
  '--overwrite',
  '-n',
  namespace,
];
export const unmarkCommand = (deployment: string, namespace: string): string[] => [
  'label',
  `deployment/${deployment}`,
  `${markLabel}-`,
  '-n',
  namespace,
];

export const hasSurge = ({ strategy }: DeploymentNow, maxSurge: 0 | 1): boolean =>
  strategy.type === 'RollingUpdate' && strategy.maxSurge === String(maxSurge) && strategy.maxUnavailable === String(maxSurge === 0 ? 1 : 0);

/** Steps that need a way to the processes of the nodes. */
export const needsNode = (step: Step): boolean =>
  step.do === 'kill' || step.do === 'freeze' || step.do === 'kill-producer' || step.do === 'kill-broker' || step.do === 'freeze-broker';

/** Why a step cannot be taken on a cluster; undefined where it can. */
export function cannotOnCluster(step: Step, producer: DeploymentNow | undefined): string | undefined {
  switch (step.do) {
    case 'lose-brokers':
    case 'kill-leader-ahead':
      return "a broker's pod is started again at once by the kubelet and its operator, and nobody can hold it down for a while; run it with --backend local";
    case 'add-partitions':
      return 'partitions cannot be taken away again, and a drill leaves a cluster as it found it; run it with --backend local';
    case 'reset':
      return "the offsets of a group that is deployed are not a drill's to change; run it with --backend local";
    case 'kill-producer':
      return producer === undefined ? 'no producer is named; give it with --producer' : undefined;
    case 'scale':
    case 'kill':
    case 'stop':
    case 'force-delete':
    case 'freeze':
    case 'rollout':
    case 'restart-group':
    case 'hold':
    case 'kill-broker':
    case 'freeze-broker':
      return undefined;
  }
}

/** What a scenario asks for that no cluster's drill may change. */
export function refuseScenario(scenario: Scenario, producer: DeploymentNow | undefined): void {
  const no = (what: string): never => {
    throw new MusterError('bad-input', `${scenario.name} cannot be run on a cluster: ${what}; run it with --backend local`);
  };
  if ((scenario.lanes?.length ?? 1) > 1)
    no('it runs several systems side by side, each with a topic and a group of its own, and here there is what is deployed');
  if (scenario.topic?.partitions !== undefined || Object.keys(scenario.topic?.config ?? {}).length > 0)
    no('it changes the topic, which is deployed');
  if (Object.keys(scenario.broker ?? {}).length > 0) no('it changes the configuration of the brokers');
  for (const step of scenario.steps) {
    const why = cannotOnCluster(step, producer);
    if (why !== undefined)
      throw new MusterError('bad-input', `step "${step.name ?? step.do}" of ${scenario.name} cannot be taken on a cluster: ${why}`);
  }
}

export interface DrillNeeds {
  readonly steps: readonly Step[];
  /** Undefined: no privileged pod is made. */
  readonly nodeNamespace: string | undefined;
  readonly brokersNamespace: string;
  readonly changesTemplate: boolean;
  readonly tunnels: boolean;
  readonly readsLogs: boolean;
  readonly applies: boolean;
}

/** Every right that the drill will use. */
export function rightsFor({ steps, nodeNamespace, brokersNamespace, changesTemplate, tunnels, readsLogs, applies }: DrillNeeds): Right[] {
  const does = (...names: Step['do'][]): boolean => steps.some((step) => names.includes(step.do));
  const deployments = 'deployments.apps';
  const rights: (Right | false)[] = [
    { verb: 'watch', resource: 'pods', why: 'to follow the members' },
    { verb: 'list', resource: 'pods', why: 'to follow the members' },
    { verb: 'get', resource: deployments, why: 'to know what was there before' },
    { verb: 'patch', resource: deployments, why: `to note the replicas of before (${markLabel})` },
    { verb: 'patch', resource: `${deployments}/scale`, why: 'to scale' },
    readsLogs && { verb: 'get', resource: 'pods/log', why: 'to read the evidence' },
    does('kill-broker', 'freeze-broker') && {
      verb: 'list',
      resource: 'pods',
      namespace: brokersNamespace,
      why: 'to find the pods of the brokers',
    },
    does('force-delete') && { verb: 'delete', resource: 'pods', why: 'to delete by force' },
    (does('stop') || steps.some((step) => step.do === 'kill' && step.replaced !== true)) && {
      verb: 'patch',
      resource: 'pods',
      why: 'to choose the pod that is not replaced',
    },
    (changesTemplate || does('rollout')) && { verb: 'list', resource: 'replicasets.apps', why: 'to roll back to the revision of before' },
    tunnels && { verb: 'create', resource: 'pods/portforward', why: 'to ask Kafka; not needed with --bootstrap' },
    ...(nodeNamespace !== undefined && steps.some(needsNode)
      ? [
          {
            verb: 'create',
            resource: 'pods',
            namespace: nodeNamespace,
            why: 'a privileged pod that sends signals on the node; not needed with --node-shell',
          },
          { verb: 'create', resource: 'pods/exec', namespace: nodeNamespace, why: 'to send signals on the node' },
          { verb: 'delete', resource: 'pods', namespace: nodeNamespace, why: 'to remove that pod' },
        ]
      : []),
    applies && { verb: 'create', resource: deployments, why: '--apply' },
    applies && { verb: 'delete', resource: deployments, why: 'to remove what --apply made' },
  ];
  return rights.filter((right) => right !== false);
}
