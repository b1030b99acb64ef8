import { Construct } from 'constructs';
import { componentSpec, type ClientComponentProps } from './client-component.js';
import type { IKafkaEndpoint } from './kafka-endpoint.js';
import { strimziManifest, type Manifest } from './manifest.js';
import { MusterError } from './model/error.js';
import { namespaceAround, pinnedName } from './names.js';

/** Web pages of other origins that may call the bridge. */
export interface BridgeCors {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
}

export interface KafkaBridgeProps extends ClientComponentProps {
  readonly kafka: IKafkaEndpoint;
  /** Port of the HTTP interface, 1023 or above. @default 8080 */
  readonly port?: number;
  /** @default none: no other origin may call it */
  readonly cors?: BridgeCors;
  /** Further options of its producers, by Kafka's own names. @default none */
  readonly producerConfig?: Readonly<Record<string, string | number | boolean>>;
  /** Further options of its consumers, by Kafka's own names. @default none */
  readonly consumerConfig?: Readonly<Record<string, string | number | boolean>>;
}

/** Kafka over HTTP. It asks its callers for nothing: put something that does before it. */
export class KafkaBridge extends Construct {
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly port: number;
  readonly resource: Manifest;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KafkaBridgeProps,
  ) {
    super(scope, id);
    this.name = pinnedName('the KafkaBridge', props.name);
    this.namespace = namespaceAround(this);
    this.replicas = props.replicas ?? 1;
    this.port = props.port ?? 8080;
    if (!Number.isInteger(this.port) || this.port < 1023 || this.port > 65_535)
      throw new MusterError('bad-input', `KafkaBridge ${this.name} has port ${this.port}: give one from 1023 up`);
    this.spec();

    this.resource = strimziManifest(this, { kind: 'KafkaBridge', name: this.name, reasons: props.reasons, spec: () => this.spec() });
  }

  private spec(): object {
    const { kafka, cors, producerConfig, consumerConfig } = this.props;
    return {
      ...kafka.clientSpec(this.namespace),
      http: { port: this.port, cors: cors && { allowedOrigins: cors.origins, allowedMethods: cors.methods } },
      // A record that was answered with 200 must survive the loss of a broker.
      producer: { config: { acks: 'all', 'enable.idempotence': true, ...producerConfig } },
      consumer: consumerConfig && { config: consumerConfig },
      ...componentSpec('KafkaBridge', this.props),
    };
  }
}
