import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Rate } from '../constructs/rate.js';
import { SystemChart, type SystemProps, type TopicLoad } from './system.js';

const partitions = 6;
const retention = Duration.days(7);

/** 10 000 orders an hour, a KiB each; dead letters are few. */
export const orderApiLoads: readonly TopicLoad[] = [
  { rate: Rate.perHour(10_000), recordSize: Size.kibibytes(1), retention, partitions },
  { rate: Rate.perHour(100), recordSize: Size.kibibytes(2), retention: Duration.days(30), partitions: 1 },
];

/** Who reads the orders, by group: each group gets every order. */
const readers: Readonly<Record<string, string>> = {
  inv: 'inventory-service',
  pay: 'order-payment',
  notif: 'notification-service',
  shipping: 'order-shipping',
  analytics: 'order-analytics',
};

/** S12: orders by HTTP, read by inventory, payment, notification, shipping and analytics. */
export class OrderApi extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, props);
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
    const dead = this.topic('shop.order.dead', {
      partitions: 1,
      ordering: 'none',
      retention: Duration.days(30),
      reasons: { retention: '30 days: a dead letter waits for a person', partitions: '1: few records, read by a person' },
    });
    this.user('order-api', 'POST /orders', (user) => {
      orders.grantWrite(user);
    });
    for (const [group, name] of Object.entries(readers)) {
      this.user(name, `the members of group ${group}; what cannot be handled goes to ${dead.name}`, (user) => {
        orders.grantRead(user, group);
        dead.grantWrite(user);
      });
    }
  }
}
