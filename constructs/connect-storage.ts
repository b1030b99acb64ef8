import type { IKafkaUser } from './kafka-user.js';

/** The group and topics in which Connect, and MirrorMaker 2 which is built on it, keep what they know. */
export interface ConnectStorage {
  /** @default the name of the resource */
  readonly groupId?: string;
  /** @default the name of the resource, and `-configs` */
  readonly configTopic?: string;
  /** @default the name of the resource, and `-offsets` */
  readonly offsetTopic?: string;
  /** @default the name of the resource, and `-status` */
  readonly statusTopic?: string;
}

export interface ConnectStorageSpec {
  readonly groupId: string;
  readonly configStorageTopic: string;
  readonly offsetStorageTopic: string;
  readonly statusStorageTopic: string;
}

/** As the manifest says it. Two of them on one Kafka must share none of these names. */
export function connectStorageSpec(name: string, storage: ConnectStorage = {}): ConnectStorageSpec {
  return {
    groupId: storage.groupId ?? name,
    configStorageTopic: storage.configTopic ?? `${name}-configs`,
    offsetStorageTopic: storage.offsetTopic ?? `${name}-offsets`,
    statusStorageTopic: storage.statusTopic ?? `${name}-status`,
  };
}

/** As many replicas of the topics as the brokers give by default: 1, Connect's own, loses the offsets with one broker. */
export const connectStorageConfig = {
  'config.storage.replication.factor': -1,
  'offset.storage.replication.factor': -1,
  'status.storage.replication.factor': -1,
} as const;

/** Lets a user keep all that, and make the topics at the first start. */
export function grantConnectStorage(user: IKafkaUser, storage: ConnectStorageSpec): void {
  if (user.cluster.authorization === undefined) return;
  user.grant({ resource: { type: 'group', name: storage.groupId }, operations: ['Read'] });
  for (const name of [storage.configStorageTopic, storage.offsetStorageTopic, storage.statusStorageTopic])
    user.grant({ resource: { type: 'topic', name }, operations: ['Create', 'Describe', 'DescribeConfigs', 'Read', 'Write'] });
}
