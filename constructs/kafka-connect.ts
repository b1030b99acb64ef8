import type { Construct } from 'constructs';
import { componentSpec } from './client-component.js';
import type { IConnectPlugins } from './connect-plugins.js';
import { connectStorageConfig } from './connect-storage.js';
import { ConnectWorkers, type ConnectWorkersProps } from './connect-workers.js';
import type { IKafkaEndpoint } from './kafka-endpoint.js';

export interface KafkaConnectProps extends ConnectWorkersProps {
  /** The Kafka that connectors read and write. */
  readonly kafka: IKafkaEndpoint;
  /** Where the connectors' code comes from. @default none but what Strimzi's image holds */
  readonly plugins?: IConnectPlugins;
}

/** A Connect cluster that connectors can refer to. */
export interface IKafkaConnect {
  readonly name: string;
  readonly namespace: string;
}

/** A Kafka Connect cluster. Its connectors are `KafkaConnector`s; Connect's HTTP interface changes nothing. */
export class KafkaConnect extends ConnectWorkers<KafkaConnectProps> implements IKafkaConnect {
  constructor(scope: Construct, id: string, props: KafkaConnectProps) {
    // Without it the operator leaves connectors alone, and says so on none of them.
    super(scope, id, 'KafkaConnect', props, props.kafka, { 'strimzi.io/use-connector-resources': 'true' });
  }

  protected override spec(): object {
    const { kafka, plugins, config } = this.props;
    return {
      version: this.version,
      ...kafka.clientSpec(this.namespace),
      ...this.storage,
      config: { ...connectStorageConfig, ...config },
      ...componentSpec('KafkaConnect', this.props),
      ...plugins?.spec(),
    };
  }
}
