import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { ApiWorker } from '../constructs/api-worker.js';
import { ConsumerWorker, type ConsumerWorkerProps } from '../constructs/consumer-worker.js';
import { Rate } from '../constructs/rate.js';
import { deadLetterLoad, SystemChart, type SystemProps, type TopicLoad } from './system.js';

const partitions = 6;
const retention = Duration.days(7);

/** 10 000 orders an hour, a KiB each; dead letters are few. */
export const orderApiLoads: readonly TopicLoad[] = [
  { rate: Rate.perHour(10_000), recordSize: Size.kibibytes(1), retention, partitions },
  deadLetterLoad,
];

interface Reader {
  readonly name: string;
  readonly handler: ConsumerWorkerProps['handler'];
  readonly work: Duration;
}

/** Who reads the orders, by group: each group gets every order. */
const readers: Readonly<Record<string, Reader>> = {
  inv: { name: 'inventory-service', handler: 'inventory', work: Duration.millis(20) },
  pay: { name: 'order-payment', handler: 'order-payment', work: Duration.millis(50) },
  notif: { name: 'notification-service', handler: 'notification', work: Duration.millis(50) },
  shipping: { name: 'order-shipping', handler: 'order-shipping', work: Duration.millis(50) },
  analytics: { name: 'order-analytics', handler: 'order-analytics', work: Duration.millis(10) },
};

/** S12: orders by HTTP, read by inventory, payment, notification, shipping and analytics. */
export class OrderApi extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, 'order-api', props);
    const orders = this.topic('shop.order.created', {
      partitions,
      retention,
      compression: 'lz4',
      maxMessageSize: Size.mebibytes(1),
      reasons: {
        partitions: '6: 10 000 orders/h need 1; six members a group, two for each of 3 brokers, and room to grow without moving keys',
        ordering: 'the key is customerId: one customer’s orders stay in order',
      },
    });
    const deadLetters = this.deadLetters('shop.order.dead');
    new ApiWorker(this, 'Api', {
      ...this.worker('order-api', this.user('order-api', 'POST /orders')),
      topic: orders,
      accepts: 'orders',
      idempotence: true,
      linger: Duration.millis(10),
      compression: 'lz4',
      maxReplicas: 2,
      exposure: this.exposure,
      reasons: {
        linger: '10 ms: below a tenth of the 100 ms in which a caller has the answer',
        'delivery-timeout': '5 s: a caller hears 503 rather than wait for brokers that are away',
        'max-replicas': '2: one answers while the other is replaced',
      },
    });
    for (const [group, { name, handler, work }] of Object.entries(readers)) {
      const user = this.user(name, `the members of group ${group}; what cannot be handled goes to ${deadLetters.name}`);
      new ConsumerWorker(this, name, {
        ...this.worker(name, user),
        topic: orders,
        groupId: group,
        handler,
        maxReplicas: 2,
        deadLetters,
        work,
        reasons: {
          work: `${work.toMilliseconds()} ms: the order is handled within 500 ms, and one member does ${1_000 / work.toMilliseconds()} of the 2.8 orders/s`,
        },
      });
    }
  }
}
