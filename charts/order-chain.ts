import type { Construct } from 'constructs';
import { SystemChart, type SystemProps } from './system.js';

export interface OrderChainProps extends SystemProps {
  /** The two topics that show where data lives, one of them with fewer replicas than is safe. @default true */
  readonly picture?: boolean;
}

/** S4: an order is created, paid and shipped, each by an event that starts the next step. */
export class OrderChain extends SystemChart {
  readonly picture: boolean;

  constructor(scope: Construct, id: string, props: OrderChainProps) {
    super(scope, id, props);
    this.picture = props.picture ?? true;
    const reasons = { partitions: '3: one a broker; the key is order_id, so the events of one order stay in order' };
    const created = this.topic('order.created', { partitions: 3, reasons });
    const paid = this.topic('payment.successful', { partitions: 3, reasons });
    const shipped = this.topic('delivery.shipped', { partitions: 3, reasons });

    this.user('order-service', 'publishes order.created', (user) => {
      created.grantWrite(user);
    });
    this.user('payment-service', 'order.created → payment.successful', (user) => {
      created.grantRead(user, 'payment-service');
      paid.grantWrite(user);
    });
    this.user('shipping-service', 'payment.successful → delivery.shipped', (user) => {
      paid.grantRead(user, 'shipping-service');
      shipped.grantWrite(user);
    });
    this.user('email-service', 'listens to all three', (user) => {
      for (const topic of [created, paid, shipped]) topic.grantRead(user, 'email-service');
    });
    if (this.picture) this.draw();
  }

  private draw(): void {
    this.topic('order.placed', { partitions: 3, reasons: { partitions: '3: a leader on each of three brokers' } });
    const two = {
      replicas: 2,
      minInsyncReplicas: 1,
      why: { replicas: '2: a leader and a follower, to be looked at; with one in sync a write may be lost with its leader' },
    };
    const { why, ...replication } = this.cluster.replicationFactor > 1 ? two : { why: {} };
    this.topic('user.created', {
      ...replication,
      partitions: 1,
      reasons: { partitions: '1: a leader on one broker, its followers on others', ...why },
    });
  }
}
