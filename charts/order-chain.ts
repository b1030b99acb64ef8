import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { ConsumerWorker } from '../constructs/consumer-worker.js';
import { ProducerWorker } from '../constructs/producer-worker.js';
import { Rate } from '../constructs/rate.js';
import { SystemChart, type SystemProps } from './system.js';

export interface OrderChainProps extends SystemProps {
  /** The two topics that show where data lives, one of them with fewer replicas than is safe. @default true */
  readonly picture?: boolean;
}

/** S4: an order is created, paid and shipped, each by an event that starts the next step. */
export class OrderChain extends SystemChart {
  readonly picture: boolean;

  constructor(scope: Construct, id: string, props: OrderChainProps) {
    super(scope, id, 'order-chain', props);
    this.picture = props.picture ?? true;
    const reasons = { partitions: '3: one a broker; the key is the user all along, so the events of one user stay in order' };
    const created = this.topic('order.created', { partitions: 3, reasons });
    const paid = this.topic('payment.successful', { partitions: 3, reasons });
    const shipped = this.topic('delivery.shipped', { partitions: 3, reasons });
    const mailed = this.topic('email.sent', { partitions: 3, reasons });
    const deadLetters = this.deadLetters('order.chain.dlq');

    new ProducerWorker(this, 'Orders', {
      ...this.worker('order-service', this.user('order-service', 'publishes order.created')),
      topic: created,
      recordKind: 'order',
      rate: Rate.perSecond(10),
      keys: 'user-{01..50}',
      reasons: { rate: '10/s: assumed, the source names none', keys: '50 users' },
    });
    const step = {
      guarantee: 'exactly-once',
      maxReplicas: 3,
      deadLetters,
      work: Duration.millis(20),
    } as const;
    const why = {
      guarantee:
        'exactly-once: the event that is written and the offset of the one that was read become visible together, so nobody pays twice',
      'max-replicas': '3: a partition each',
    };
    new ConsumerWorker(this, 'Payment', {
      ...this.worker('payment-service', this.user('payment-service', 'order.created → payment.successful')),
      ...step,
      topic: created,
      output: paid,
      groupId: 'payment-service',
      handler: 'payment-service',
      reasons: why,
    });
    new ConsumerWorker(this, 'Shipping', {
      ...this.worker('shipping-service', this.user('shipping-service', 'payment.successful → delivery.shipped')),
      ...step,
      topic: paid,
      output: shipped,
      groupId: 'shipping-service',
      handler: 'shipping-service',
      reasons: why,
    });
    new ConsumerWorker(this, 'Email', {
      ...this.worker('email-service', this.user('email-service', 'listens to all three, and says what it mailed')),
      ...step,
      topic: created,
      furtherTopics: [paid, shipped],
      output: mailed,
      groupId: 'email-service',
      handler: 'email-service',
      reasons: { ...why, output: 'email.sent: whoever hands e-mails to a mail server reads it there, each once' },
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
