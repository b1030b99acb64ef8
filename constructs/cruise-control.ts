import type { Size } from 'cdk8s';
import { resourcesOf, type ComputeResources, bytesOf } from './compute.js';
import type { Cpu } from './cpu.js';
import type { IMetrics } from './metrics.js';
import { MusterError } from './model/error.js';

/** Which changes of the number of brokers Cruise Control follows by itself, and the template it takes for it. */
export interface AutoRebalance {
  readonly mode: 'add-brokers' | 'remove-brokers';
  /** A `KafkaRebalance` declared as a template. @default Cruise Control's own goals */
  readonly template?: { readonly name: string };
}

/** What a broker can carry, for Cruise Control to plan with. */
export interface BrokerCapacity {
  /** @default the CPU that the broker requests */
  readonly cpu?: Cpu;
  /** Bytes a second that come in. @default 10000 KiB/s, Strimzi's own */
  readonly inbound?: Size;
  /** Bytes a second that go out. @default 10000 KiB/s, Strimzi's own */
  readonly outbound?: Size;
}

/** Cruise Control beside a cluster: it moves partitions so that brokers carry alike. */
export interface CruiseControl {
  readonly resources: ComputeResources;
  /** @default none: brokers that come stay empty until a KafkaRebalance is approved */
  readonly autoRebalance?: readonly AutoRebalance[];
  /** @default Strimzi's: the request or limit of CPU, and 10000 KiB/s each way */
  readonly brokerCapacity?: BrokerCapacity;
  /** By the JMX exporter only. @default none */
  readonly metrics?: IMetrics;
  /** Further options, by Cruise Control's own names. @default none */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
}

const perSecond = (size: Size | undefined): string | undefined => size && `${Math.ceil(bytesOf(size) / 1024)}KiB/s`;

/** The `cruiseControl` of a Kafka with as many replicas of a topic. */
export function cruiseControlSpec(cruiseControl: CruiseControl, replicationFactor: number, minInsyncReplicas: number): object {
  const { resources, autoRebalance, brokerCapacity, metrics, config } = cruiseControl;
  if (metrics?.forCruiseControl === false)
    throw new MusterError('bad-input', 'Cruise Control has no Strimzi metrics reporter: give it the JMX exporter, or no metrics');
  return {
    resources: resourcesOf(resources),
    autoRebalance: autoRebalance?.map(({ mode, template }) => ({ mode, template: template && { name: template.name } })),
    brokerCapacity: brokerCapacity && {
      cpu: brokerCapacity.cpu?.toString(),
      inboundNetwork: perSecond(brokerCapacity.inbound),
      outboundNetwork: perSecond(brokerCapacity.outbound),
    },
    metricsConfig: metrics?.spec(),
    config: {
      'cruise.control.metrics.topic.replication.factor': replicationFactor,
      'cruise.control.metrics.topic.min.insync.replicas': minInsyncReplicas,
      ...config,
    },
  };
}
