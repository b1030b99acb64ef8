import { MusterError } from '../../../constructs/model/error.js';
import { at, isRecord, listAt, numberAt, recordAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import { didYouMean } from '../../../constructs/model/suggest.js';
import { isSilence, itemsOf, type ClusterTool } from '../../cluster/tool.js';
import { podTemplate, type PodTemplate } from '../../local/deployment.js';
import { findWorker } from '../roles.js';
import { markLabel } from './mark.js';

/** Only a namespace that says so is drilled. */
export const drillsLabel = 'muster.dev/drills';

/** A Deployment as it is there now. */
export interface DeploymentNow {
  readonly name: string;
  readonly replicas: number;
  readonly ready: number;
  readonly selector: string;
  readonly container: string;
  readonly image: string;
  readonly strategy: { readonly maxSurge: string; readonly maxUnavailable: string; readonly type: string };
  /** As it stands in `spec.strategy`. */
  readonly declaredStrategy: Readonly<Record<string, unknown>>;
  /** `deployment.kubernetes.io/revision`: what `rollout undo` goes back to. */
  readonly revision: string | undefined;
  readonly keepsRevisions: boolean;
  /** What a drill that is under way noted (mark.ts). */
  readonly mark: string | undefined;
  readonly template: PodTemplate;
}

/** What a drill acts on. */
export interface ClusterTarget {
  readonly namespaceAllows: boolean;
  readonly consumer: DeploymentNow;
  /** Undefined for strangers whose producers are nobody's business. */
  readonly producer: DeploymentNow | undefined;
  /** Group and topic; for Muster's workers from their Deployments. */
  readonly group: string;
  readonly topic: string;
  readonly bootstrap: string;
  readonly areStrangers: boolean;
}

export interface TargetOptions {
  readonly consumer?: string;
  readonly producer?: string;
  /** Anybody's workers: their group, the topic it reads, their Deployment. */
  readonly group?: string;
  readonly topic?: string;
  readonly deployment?: string;
}

/**
 * Finds what to drill among what is deployed.
 * @throws MusterError `bad-input` when it is not there, or several might be meant
 */
export async function findTarget(tool: ClusterTool, options: TargetOptions): Promise<ClusterTarget> {
  const { namespace } = tool;
  const namespaceAllows = await allowsDrills(tool);
  const deployments = itemsOf(await tool.json(['get', 'deployments', '-n', namespace]))
    .filter(isRecord)
    .map(asResource);
  const there = deployments.map((one) => one.metadata.name);
  const areStrangers = options.deployment !== undefined || options.group !== undefined;
  if (areStrangers) {
    const { deployment, group, topic } = options;
    if (deployment === undefined || group === undefined || topic === undefined)
      throw new MusterError('bad-input', "to drill anybody's workers name all three: --deployment NAME --group GROUP --topic TOPIC");
    const found = (name: string): DeploymentNow => {
      const resource = deployments.find((one) => one.metadata.name === name);
      if (resource === undefined)
        throw new MusterError(
          'bad-input',
          `namespace ${namespace} has no Deployment "${name}"${didYouMean(name, there)}; there are ${there.join(', ') || 'none'}`,
        );
      return read(resource);
    };
    const consumer = found(deployment);
    const bootstrap = variable(consumer, 'KAFKA_BOOTSTRAP_SERVERS') ?? '';
    return {
      namespaceAllows,
      consumer,
      producer: options.producer === undefined ? undefined : found(options.producer),
      group,
      topic,
      bootstrap,
      areStrangers,
    };
  }
  if (deployments.length === 0)
    throw new MusterError(
      'bad-input',
      `namespace ${namespace} has no Deployments: apply an environment first ("${tool.spell(['apply', '-f', 'dist/k3s'])}"), or name another namespace with --namespace`,
    );
  const found = (role: 'consumer' | 'producer', name: string | undefined): DeploymentNow => {
    const { deployment } = findWorker(deployments, role, name);
    const resource = deployments.find((one) => one.metadata.name === deployment);
    if (resource === undefined) throw new Error(deployment);
    return read(resource);
  };
  const consumer = found('consumer', options.consumer);
  const producer = found('producer', options.producer);
  const topic = variable(consumer, 'KAFKA_TOPIC') ?? '';
  if (variable(producer, 'KAFKA_TOPIC') !== topic)
    throw new MusterError(
      'bad-input',
      `${producer.name} writes ${variable(producer, 'KAFKA_TOPIC') ?? 'no topic'}, and ${consumer.name} reads ${topic}: name two that belong together with --producer and --consumer`,
    );
  return {
    namespaceAllows,
    consumer,
    producer,
    group: variable(consumer, 'KAFKA_GROUP_ID') ?? '',
    topic,
    bootstrap: variable(consumer, 'KAFKA_BOOTSTRAP_SERVERS') ?? '',
    areStrangers,
  };
}

/** A Deployment as it is now. */
export async function deploymentNow(tool: ClusterTool, name: string): Promise<DeploymentNow> {
  return read(asResource((await tool.json(['get', `deployment/${name}`, '-n', tool.namespace])) as Record<string, unknown>));
}

async function allowsDrills(tool: ClusterTool): Promise<boolean> {
  const { namespace } = tool;
  try {
    const found = await tool.json(['get', 'namespace', namespace]);
    return textAt(found, 'metadata', 'labels', drillsLabel) === 'true';
  } catch (error) {
    if (isSilence(error)) throw error;
    throw new MusterError('bad-input', `whether namespace ${namespace} is meant for drills cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** What a person has to run once. */
export const labelCommand = (tool: ClusterTool): string => tool.spell(['label', 'namespace', tool.namespace, `${drillsLabel}=true`]);

const variable = ({ template }: DeploymentNow, name: string): string | undefined => {
  const found = template.env.find((one) => one.name === name);
  return found !== undefined && 'value' in found ? found.value : undefined;
};

/** Values from Secrets and ConfigMaps are none of a drill's business. */
function asResource(live: Readonly<Record<string, unknown>>): Resource {
  const copy = structuredClone(live) as unknown as Resource;
  for (const container of listAt(copy, 'spec', 'template', 'spec', 'containers')) {
    if (!isRecord(container) || !Array.isArray(container['env'])) continue;
    (container as Record<string, unknown>)['env'] = container['env'].filter(
      (one: unknown) => at(one, 'valueFrom') === undefined || at(one, 'valueFrom', 'fieldRef') !== undefined,
    );
  }
  return copy;
}

function read(resource: Resource): DeploymentNow {
  const labels = recordAt(resource, 'spec', 'selector', 'matchLabels');
  if (Object.keys(labels).length === 0)
    throw new MusterError(
      'bad-input',
      `Deployment ${resource.metadata.name} selects its pods by no labels (spec.selector.matchLabels), by which a drill follows them`,
    );
  const container = listAt(resource, 'spec', 'template', 'spec', 'containers')[0];
  const declaredStrategy = recordAt(resource, 'spec', 'strategy');
  const rolling = recordAt(declaredStrategy, 'rollingUpdate');
  return {
    name: resource.metadata.name,
    replicas: numberAt(resource, 'spec', 'replicas') ?? 1,
    ready: numberAt(resource, 'status', 'readyReplicas') ?? 0,
    selector: Object.entries(labels)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(','),
    container: textAt(container, 'name') ?? '',
    image: textAt(container, 'image') ?? '',
    strategy: {
      type: textAt(declaredStrategy, 'type') ?? 'RollingUpdate',
      maxSurge: String((rolling['maxSurge'] as string | number | undefined) ?? '25%'),
      maxUnavailable: String((rolling['maxUnavailable'] as string | number | undefined) ?? '25%'),
    },
    declaredStrategy,
    revision: resource.metadata.annotations?.['deployment.kubernetes.io/revision'],
    keepsRevisions: numberAt(resource, 'spec', 'revisionHistoryLimit') !== 0,
    mark: resource.metadata.labels?.[markLabel],
    template: templateOf(resource),
  };
}

/** A stranger's image may bring its own command, and sidecars. */
function templateOf(resource: Resource): PodTemplate {
  const copy = structuredClone(resource);
  const spec = recordAt(copy, 'spec', 'template', 'spec') as { containers?: unknown[] };
  const first = spec.containers?.[0] as Record<string, unknown> | undefined;
  if (spec.containers !== undefined && first !== undefined) {
    spec.containers = [first];
    if (listAt(first, 'command').length === 0) first['command'] = ['of-the-image'];
    if (Array.isArray(first['env'])) first['env'] = (first['env'] as unknown[]).filter((one) => knownTo(one));
  }
  return podTemplate(copy);
}

function knownTo(variable: unknown): boolean {
  return at(variable, 'valueFrom') === undefined || textAt(variable, 'valueFrom', 'fieldRef', 'fieldPath') === 'metadata.name';
}
