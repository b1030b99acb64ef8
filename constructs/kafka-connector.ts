import { Construct } from 'constructs';
import type { IKafkaConnect } from './kafka-connect.js';
import type { KafkaTopic } from './kafka-topic.js';
import { strimziManifest, type Manifest } from './manifest.js';
import { MusterError } from './model/error.js';
import { pinnedName } from './names.js';
import type { Reasons } from './reasons.js';

/** What every connector is told, also those inside MirrorMaker 2. */
export interface ConnectorTuning {
  /** Tasks at most that share the work. @default 1 */
  readonly tasksMax?: number;
  /** Restarts of a failed task, with growing pauses; undefined: for ever. @default for ever */
  readonly maxRestarts?: number;
  /** @default 'running' */
  readonly state?: 'running' | 'paused' | 'stopped';
  /** The connector's options, by its own names. @default none */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
}

/** The fields that a connector's tuning becomes. */
export function connectorSpec({ tasksMax, maxRestarts, state, config }: ConnectorTuning, own: object = {}): object {
  if (tasksMax !== undefined && (!Number.isInteger(tasksMax) || tasksMax < 1))
    throw new MusterError('bad-input', `a connector has ${tasksMax} tasks at most: give a whole number, 1 or more`);
  return {
    tasksMax: tasksMax ?? 1,
    autoRestart: { enabled: true, maxRestarts },
    state: state ?? 'running',
    config: { ...own, ...config },
  };
}

export interface KafkaConnectorProps extends ConnectorTuning {
  /** The Connect cluster it runs on. */
  readonly connect: IKafkaConnect;
  /** Name of the `KafkaConnector`, pinned: a sink's group is named by it. */
  readonly name: string;
  /** Java class, or its short name. */
  readonly className: string;
  /** Of a sink: where records go that it cannot take, with the reason in their headers. @default none: the first such record stops it */
  readonly deadLetters?: KafkaTopic;
  /** Why the numbers are what they are. @default none */
  readonly reasons?: Reasons;
}

/** A source or a sink on a Connect cluster. */
export class KafkaConnector extends Construct {
  readonly name: string;
  readonly tasksMax: number;
  readonly state: string;
  readonly resource: Manifest;

  constructor(scope: Construct, id: string, props: KafkaConnectorProps) {
    super(scope, id);
    this.name = pinnedName('the KafkaConnector', props.name);
    this.tasksMax = props.tasksMax ?? 1;
    this.state = props.state ?? 'running';
    const spec = (): object => ({ class: props.className, ...connectorSpec(props, deadLetterConfig(props.deadLetters)) });
    spec();

    this.resource = strimziManifest(this, {
      kind: 'KafkaConnector',
      name: this.name,
      namespace: props.connect.namespace,
      clusterName: props.connect.name,
      reasons: props.reasons,
      spec,
    });
  }
}

function deadLetterConfig(topic: KafkaTopic | undefined): object {
  if (topic === undefined) return {};
  return {
    'errors.tolerance': 'all',
    'errors.log.enable': true,
    'errors.deadletterqueue.topic.name': topic.name,
    'errors.deadletterqueue.topic.replication.factor': topic.replicas,
    'errors.deadletterqueue.context.headers.enable': true,
  };
}
