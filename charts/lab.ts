import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { ConsumerWorker } from '../constructs/consumer-worker.js';
import type { KafkaTopic } from '../constructs/kafka-topic.js';
import { ProducerWorker } from '../constructs/producer-worker.js';
import { Rate } from '../constructs/rate.js';
import { SystemChart, type SystemProps } from './system.js';

/** What the lab system must carry; the platform's storage is sized from it too. */
export const labLoad = {
  rate: Rate.perSecond(200),
  recordSize: Size.kibibytes(0.5),
  keys: 'customer-{001..100}',
  partitions: 6,
  retention: Duration.days(7),
  segmentSize: Size.gibibytes(1),
  /** Members of the largest step of the scaling drill: two more than partitions, to see them idle. */
  maxConsumers: 8,
} as const;

/** The system of labs 1.1 to 1.3: keyed orders on `orders.created`, read by the group `inventory-service`. */
export class Lab extends SystemChart {
  readonly orders: KafkaTopic;
  readonly producer: ProducerWorker;
  readonly consumer: ConsumerWorker;

  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, 'orders', props);

    this.orders = this.topic('orders.created', {
      partitions: labLoad.partitions,
      retention: labLoad.retention,
      segmentSize: labLoad.segmentSize,
      compression: 'lz4',
      cleanupPolicy: 'delete',
      maxMessageSize: Size.mebibytes(1),
      reasons: { partitions: '6: even for 1, 2, 3 and 6 members, and two for each of 3 brokers' },
    });

    this.producer = new ProducerWorker(this, 'Producer', {
      ...this.worker('producer-keyed', this.user('producer-keyed', 'writes the load of the labs')),
      topic: this.orders,
      drill: true,
      rate: labLoad.rate,
      recordSize: labLoad.recordSize,
      keys: labLoad.keys,
      acks: 'all',
      idempotence: true,
      compression: 'lz4',
      reasons: {
        rate: '200 records/s, held: enough on every partition to see when one stops',
        keys: '100 customers: every one of 6 partitions gets some, and per-key order can be proved',
      },
    });
    this.consumer = new ConsumerWorker(this, 'Consumer', {
      ...this.worker('consumer-basic', this.user('consumer-basic', 'the members of group inventory-service')),
      topic: this.orders,
      drill: true,
      groupId: 'inventory-service',
      maxReplicas: labLoad.maxConsumers,
      commit: 'manual',
      offsetReset: 'earliest',
      sessionTimeout: Duration.seconds(10),
      heartbeatInterval: Duration.seconds(3),
      assignor: 'roundrobin',
      work: Duration.millis(2),
      reasons: {
        assignor: 'roundrobin, not the cooperative-sticky of lab 1.3: kafkajs, the usual client, knows eager assignment only',
        'heartbeat-interval': '3 s: below a third of the session, so that two lost beats cost nothing',
        'max-replicas': '8: the largest step of the scaling drill; beyond 6 partitions members are idle',
        work: '2 ms: one member alone carries 200 records/s, so that members are not the bottleneck',
      },
    });
  }
}
