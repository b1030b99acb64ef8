import { Construct } from 'constructs';
import type { ClientComponentProps } from './client-component.js';
import { connectStorageSpec, grantConnectStorage, type ConnectStorage, type ConnectStorageSpec } from './connect-storage.js';
import type { IKafkaEndpoint } from './kafka-endpoint.js';
import { strimziManifest, type Manifest } from './manifest.js';
import { defaultStrimziVersion, newestKafka } from './model/versions.js';
import { namespaceAround, pinnedName } from './names.js';

export interface ConnectWorkersProps extends ClientComponentProps {
  /** Kafka version of the workers. @default '4.3.1' */
  readonly version?: string;
  /** @default named by the name of the resource */
  readonly storage?: ConnectStorage;
  /** Further options of the workers, by Kafka Connect's own names. @default none */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
}

/** What runs connectors: a Connect cluster, or MirrorMaker 2, which is one with connectors of its own. */
export abstract class ConnectWorkers<P extends ConnectWorkersProps> extends Construct {
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly version: string;
  readonly storage: ConnectStorageSpec;
  readonly resource: Manifest;

  /** @param kafka where the workers keep what they know */
  protected constructor(
    scope: Construct,
    id: string,
    kind: string,
    protected readonly props: P,
    kafka: IKafkaEndpoint,
    annotations?: Readonly<Record<string, string>>,
  ) {
    super(scope, id);
    this.name = pinnedName(`the ${kind}`, props.name);
    this.namespace = namespaceAround(this);
    this.replicas = props.replicas ?? 1;
    this.version = props.version ?? newestKafka(defaultStrimziVersion);
    this.storage = connectStorageSpec(this.name, props.storage);
    if (kafka.user !== undefined) grantConnectStorage(kafka.user, this.storage);
    // Now rather than at synthesis: the stack then points at the declaration.
    this.spec();
    this.resource = strimziManifest(this, { kind, name: this.name, annotations, reasons: props.reasons, spec: () => this.spec() });
  }

  protected abstract spec(): object;
}
