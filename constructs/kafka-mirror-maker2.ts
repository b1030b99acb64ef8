import type { Construct } from 'constructs';
import { componentSpec } from './client-component.js';
import { connectStorageConfig } from './connect-storage.js';
import { ConnectWorkers, type ConnectWorkersProps } from './connect-workers.js';
import { connectorSpec, type ConnectorTuning } from './kafka-connector.js';
import type { IKafkaEndpoint } from './kafka-endpoint.js';
import { MusterError } from './model/error.js';

/** One Kafka that is mirrored. */
export interface KafkaMirror {
  /** Short name of the source; topics are called ALIAS.TOPIC at the target. */
  readonly alias: string;
  readonly kafka: IKafkaEndpoint;
  /** Topics to mirror, as a regular expression. @default all */
  readonly topics?: string;
  /** Groups whose offsets go along, as a regular expression. @default all */
  readonly groups?: string;
  /** @default one task */
  readonly source?: ConnectorTuning;
  /** @default one task */
  readonly checkpoint?: ConnectorTuning;
}

export interface KafkaMirrorMaker2Props extends ConnectWorkersProps {
  /** Short name of the target. */
  readonly targetAlias: string;
  /** The Kafka that everything is mirrored to. */
  readonly target: IKafkaEndpoint;
  readonly mirrors: readonly KafkaMirror[];
}

/** Copies topics, and the offsets of groups, from other Kafkas into one. */
export class KafkaMirrorMaker2 extends ConnectWorkers<KafkaMirrorMaker2Props> {
  constructor(scope: Construct, id: string, props: KafkaMirrorMaker2Props) {
    const aliases = [props.targetAlias, ...props.mirrors.map(({ alias }) => alias)];
    const problem =
      props.mirrors.length === 0
        ? 'mirrors nothing: give it a source'
        : aliases.some((alias, i) => aliases.indexOf(alias) < i)
          ? `has one alias twice (${aliases.join(', ')}): a source's topics would come back to it`
          : undefined;
    if (problem !== undefined) throw new MusterError('bad-input', `KafkaMirrorMaker2 ${props.name} ${problem}`);
    super(scope, id, 'KafkaMirrorMaker2', props, props.target);
  }

  protected override spec(): object {
    const { targetAlias, target, mirrors, config } = this.props;
    return {
      version: this.version,
      target: {
        alias: targetAlias,
        ...target.clientSpec(this.namespace),
        ...this.storage,
        config: { ...connectStorageConfig, ...config },
      },
      mirrors: mirrors.map(({ alias, kafka, topics, groups, source, checkpoint }) => ({
        source: { alias, ...kafka.clientSpec(this.namespace) },
        // -1: as many replicas as the brokers give by default, where MirrorMaker's own value is 2.
        sourceConnector: connectorSpec(source ?? {}, { 'replication.factor': -1, 'offset-syncs.topic.replication.factor': -1 }),
        checkpointConnector: connectorSpec(checkpoint ?? {}, {
          'checkpoints.topic.replication.factor': -1,
          'sync.group.offsets.enabled': true,
        }),
        topicsPattern: topics ?? '.*',
        groupsPattern: groups ?? '.*',
      })),
      ...componentSpec('KafkaMirrorMaker2', this.props),
    };
  }
}
