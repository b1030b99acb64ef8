import type { Loose, Objects } from '../system-fixture.js';

/** What is done to a sound system. */
export type Change = (objects: Objects) => void;

/** How one rule behaves: what it lets pass, what it refuses, and what it says then. */
export interface Case {
  readonly rule: string;
  /** Still sound, as near to the border as may be. */
  readonly accepts: Change;
  readonly refuses: Change;
  /** What the message must teach: the value given, and the change to make. */
  readonly says: readonly string[];
  readonly path: string;
  /** @default none: the rules that need one are silent */
  readonly target?: 'k8s' | 'openshift' | 'crc';
}

export const config = (objects: Objects): Record<string, unknown> => objects.kafka.spec.kafka.config;
export const copy = <T>(value: T): T => structuredClone(value);

/** One broker, one controller, and everything kept once. */
export const singleNodes: Change = (o) => {
  o.brokers.spec.replicas = 1;
  o.controllers.spec.replicas = 1;
  o.topic.spec = { partitions: 6, replicas: 1, config: { 'min.insync.replicas': 1 } };
  o.kafka.spec.kafka.config = {
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'auto.create.topics.enable': false,
  };
};

/** An object of Strimzi's that belongs to the cluster of the fixture. */
export const strimzi = (kind: string, name: string, spec: Loose, label = 'bhf-kafka'): Loose => ({
  apiVersion: 'kafka.strimzi.io/v1',
  kind,
  metadata: { name, namespace: 'kafka', labels: { 'strimzi.io/cluster': label }, annotations: {} },
  spec,
});
