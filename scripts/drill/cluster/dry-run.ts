import { nodeAccess, type NodeSignal } from '../../cluster/node-access.js';
import { findTool, type ClusterTool } from '../../cluster/tool.js';
import type { Host } from '../../host.js';
import type { Scenario, Step } from '../scenario.js';
import { planSteps } from '../step-plan.js';
import {
  cannotOnCluster,
  chooseCommand,
  forceDeleteCommand,
  hasSurge,
  needsNode,
  restartCommand,
  scaleCommand,
  setEnvCommand,
  strategyCommand,
  surgeStrategy,
  undoRolloutCommand,
} from './commands.js';
import { missingBrokers } from './broker-pods.js';
import { settingsFor } from './facts.js';
import { deploymentsOf } from './prepare.js';
import { whatItIs } from './what-it-is.js';
import { drillsLabel, findTarget, labelCommand, type ClusterTarget, type DeploymentNow } from './target.js';
import type { ClusterOptions } from '../cluster-backend.js';

/** What a drill would do: names of pods are not known before, and stand as POD. */
export interface DryRun {
  readonly context: string | null;
  readonly namespace: string;
  readonly tool: string;
  readonly deployments: readonly { readonly name: string; readonly replicas: number; readonly ready: number }[];
  readonly topic: string;
  readonly group: string;
  /** What stands in the way of `--execute`. */
  readonly refusals: readonly string[];
  readonly steps: readonly {
    readonly name: string;
    readonly commands: readonly string[];
    readonly says?: string;
    readonly cannot?: string;
  }[];
}

/** Looks at the cluster, changes nothing, and says what `--execute` would do. */
export async function dryRun(host: Host, scenario: Scenario, options: ClusterOptions): Promise<DryRun> {
  const tool = await findTool(host, options);
  const target = await findTarget(tool, options);
  const { consumer, producer, areStrangers, group, topic } = target;
  const { namespace } = tool;
  const settings = settingsFor(scenario, target, options);
  const spell = (...commands: readonly (readonly string[])[]): string[] => commands.map((args) => tool.spell(args));
  const scaleTo = (deployment: DeploymentNow, replicas: number): string[] => scaleCommand(deployment.name, replicas, namespace);
  const changed = deploymentsOf(target).filter(
    (deployment) =>
      Object.keys(deployment === consumer ? settings.consumer : settings.producer).length > 0 ||
      (deployment === consumer && scenario.steps.some((step) => step.do === 'rollout')),
  );
  const steps: DryRun['steps'][number][] = [];
  if (!areStrangers)
    steps.push({
      name: 'first, to begin from rest',
      says: 'the producer ends, the group reads what there is, its members leave; then the load starts',
      commands: spell(
        ...(producer === undefined ? [] : [scaleTo(producer, 0)]),
        scaleTo(consumer, 0),
        ...(Object.keys(settings.consumer).length > 0
          ? [setEnvCommand(consumer.name, settings.consumer, consumer.container, namespace)]
          : []),
        ...(producer !== undefined && Object.keys(settings.producer).length > 0
          ? [setEnvCommand(producer.name, settings.producer, producer.container, namespace)]
          : []),
        ...(producer === undefined ? [] : [scaleTo(producer, 1)]),
      ),
    });
  for (const { step, name, before, members } of planSteps(scenario.steps)) {
    const cannot = cannotOnCluster(step, producer);
    const says = cannot === undefined ? whatItIs(step) : undefined;
    steps.push({
      name,
      ...(cannot === undefined ? stepCommands(tool, target, step, { before, members, options }) : { commands: [], cannot }),
      ...(says === undefined ? {} : { says }),
    });
  }
  steps.push({
    name: 'at the end, and on every other exit',
    commands: spell(
      ...changed.flatMap(({ name, revision }) => (revision === undefined ? [] : [undoRolloutCommand(name, revision, namespace)])),
      ...deploymentsOf(target).map((deployment) => scaleTo(deployment, deployment.replicas)),
    ),
    ...(scenario.steps.some(needsNode) && options.nodeShell === undefined ? { says: 'and the privileged pods are deleted' } : {}),
  });
  const withoutBrokers = await missingBrokers(tool, scenario, target.bootstrap);
  return {
    context: tool.context ?? null,
    namespace,
    tool: tool.name,
    deployments: deploymentsOf(target).map(({ name, replicas, ready }) => ({ name, replicas, ready })),
    topic,
    group,
    refusals: [
      ...(target.namespaceAllows
        ? []
        : [`namespace ${namespace} is not labelled ${drillsLabel}: "true"; if it is meant for drills: ${labelCommand(tool)}`]),
      ...deploymentsOf(target).flatMap(({ name, mark }) =>
        mark === undefined ? [] : [`a drill is under way on ${name}, or was ended by force: ${mark}`],
      ),
      ...(withoutBrokers === undefined ? [] : [`${scenario.name}: ${withoutBrokers}`]),
    ],
    steps,
  };
}

function stepCommands(
  tool: ClusterTool,
  { consumer }: ClusterTarget,
  step: Step,
  { before, members, options }: { readonly before: number; readonly members: number; readonly options: ClusterOptions },
): { commands: string[] } {
  const { namespace } = tool;
  const spell = (...commands: readonly (readonly string[])[]): string[] => commands.map((args) => tool.spell(args));
  const nodes = nodeAccess(tool, {
    namespace: options.nodeNamespace ?? 'default',
    image: options.nodeImage ?? consumer.image,
    acted: () => undefined,
    ...(options.nodeShell === undefined ? {} : { shell: options.nodeShell }),
  });
  const signal = (name: NodeSignal, container = 'CONTAINER_ID'): string[] => [nodes.spell({ node: 'NODE', containerId: container }, name)];
  const scaled = (count: number): string[] => scaleCommand(consumer.name, count, namespace);
  switch (step.do) {
    case 'scale':
      return { commands: spell(scaled(step.members)) };
    case 'kill':
      return step.replaced === true
        ? { commands: signal('KILL') }
        : { commands: [...signal('STOP'), ...spell(chooseCommand('POD', namespace), scaled(members)), ...signal('KILL')] };
    case 'stop':
      return { commands: spell(chooseCommand('POD', namespace), scaled(members)) };
    case 'force-delete':
      return { commands: spell(forceDeleteCommand('POD', namespace)) };
    case 'freeze':
      return { commands: [...signal('STOP'), ...signal('CONT')] };
    case 'rollout':
      return {
        commands: spell(
          ...(hasSurge(consumer, step.maxSurge) ? [] : [strategyCommand(consumer.name, surgeStrategy(step.maxSurge), namespace)]),
          restartCommand(consumer.name, namespace),
        ),
      };
    case 'restart-group':
      return { commands: spell(scaled(0), scaled(before)) };
    case 'kill-producer':
      return { commands: signal('KILL') };
    case 'kill-broker':
      return { commands: signal('KILL', 'CONTAINER_ID_OF_THE_BROKER') };
    case 'freeze-broker':
      return { commands: [...signal('STOP', 'CONTAINER_ID_OF_THE_BROKER'), ...signal('CONT', 'CONTAINER_ID_OF_THE_BROKER')] };
    case 'hold':
      return { commands: [] };
    case 'lose-brokers':
    case 'kill-leader-ahead':
    case 'add-partitions':
    case 'reset':
      return { commands: [] };
  }
}

/** For a person. */
export function renderDryRun(run: DryRun): string {
  const lines = [
    `context ${run.context ?? '(none)'}, namespace ${run.namespace}, by ${run.tool}`,
    ...run.deployments.map(
      ({ name, replicas, ready }) => `Deployment ${name}: ${String(replicas)} replica${replicas === 1 ? '' : 's'}, ${String(ready)} ready`,
    ),
    `group ${run.group}, topic ${run.topic}`,
    '',
    ...run.steps.flatMap(({ name, commands, says, cannot }) => [
      `${name}${cannot === undefined ? '' : `: cannot be done here: ${cannot}`}`,
      ...(says === undefined ? [] : [`  # ${says}`]),
      ...commands.map((command) => `  ${command.replaceAll('\n', '\n  ')}`),
    ]),
    '',
    ...run.refusals.map((refusal) => `--execute would refuse: ${refusal}`),
    'nothing was done: --execute does it',
  ];
  return lines.join('\n');
}
