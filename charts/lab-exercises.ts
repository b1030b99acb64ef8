import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { ConsumerWorker } from '../constructs/consumer-worker.js';
import type { KafkaTopic } from '../constructs/kafka-topic.js';
import { ProducerWorker } from '../constructs/producer-worker.js';
import { Rate } from '../constructs/rate.js';
import { SystemChart, type SystemProps } from './system.js';

const partitions = 6;

/**
 * The exercises of labs 1.2 and 1.3 (S6 to S9, S11), on a topic of their own: the records that nobody can read must not hold up the group
 * of the drills.
 */
export class LabExercises extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, 'lab', props);
    const orders = this.topic('orders.exercise.created', {
      partitions,
      compression: 'lz4',
      maxMessageSize: Size.kibibytes(100),
      reasons: {
        partitions: '6: as orders.created, so that a key is on the same partition of both',
        'max-message-bytes': '100 KiB, while orders.dlq takes 1 MiB: a record of 200 kB is refused for good here, and can be kept there',
      },
    });
    const dead = this.deadLetters('orders.dlq');
    const retry = this.topic('orders.retry', {
      partitions: 1,
      ordering: 'none',
      reasons: { partitions: '1: what a producer gave up trying; few, and in no order any more' },
    });
    this.producers(orders);
    this.producerErrors(orders, dead, retry);
    this.commits(orders);
    this.consumerErrors(orders, dead);
  }

  /** S6 and S7: producers that end, so Jobs. */
  private producers(orders: KafkaTopic): void {
    new ProducerWorker(this, 'Basic', {
      ...this.worker('producer-basic', this.user('producer-basic', 'lab 1.2A')),
      topic: orders,
      records: 10,
      rate: Rate.perSecond(2),
      keyed: false,
      acks: 'all',
      retries: 3,
      retryBackoff: Duration.seconds(1),
      requestTimeout: Duration.seconds(30),
      reasons: {
        records: '10, without a key: they are spread over the partitions, and have no order',
        rate: '2/s: 500 ms between two records',
        retries: '3, 1 s before the first: then a record is given up, and the Job has failed',
      },
    });
    new ProducerWorker(this, 'Five', {
      ...this.worker('producer-five-keys', this.user('producer-five-keys', 'lab 1.2B, latency first')),
      topic: orders,
      records: 30,
      keys: 'customer-{A..E}',
      linger: Duration.millis(0),
      compression: 'none',
      reasons: {
        records: '30 of 5 customers: `muster keys` says before where each goes',
        linger: '0, and no compression: latency first, a request a record',
      },
    });
    new ProducerWorker(this, 'Ten', {
      ...this.worker('producer-ten-keys', this.user('producer-ten-keys', 'lab 1.2B, throughput first')),
      topic: orders,
      records: 60,
      rate: Rate.perSecond(100),
      keys: 'customer-{A..J}',
      linger: Duration.millis(50),
      batchSize: Size.kibibytes(100),
      compression: 'lz4',
      reasons: {
        records: '60 of 10 customers, on 6 partitions: some have several customers, and one may have none',
        linger: '50 ms, batches of 100 KiB, lz4: throughput first',
        buffer: '32 MiB, not the 1 GB of the lab: it must fit the memory of the pod',
      },
    });
  }

  /** S8 */
  private producerErrors(orders: KafkaTopic, deadLetters: KafkaTopic, retryTopic: KafkaTopic): void {
    new ProducerWorker(this, 'Dlq', {
      ...this.worker('producer-with-dlq', this.user('producer-with-dlq', 'lab 1.2: what the topic refuses goes to orders.dlq')),
      topic: orders,
      rate: Rate.perSecond(5),
      keys: 'customer-{01..20}',
      poisonEvery: 50,
      retries: 3,
      retryBackoff: Duration.seconds(1),
      deadLetters,
      retryTopic,
      failureLog: this.failureLog(),
      reasons: {
        poison: 'each 50th record is one that no consumer can read: one in 10 s, for the exercise on consumer errors',
        'failure-log': 'an emptyDir: it outlives a crash of the container; a volume of its own outlives the pod too',
      },
    });
  }

  /** S9 */
  private commits(orders: KafkaTopic): void {
    const common = {
      topic: orders,
      offsetReset: 'earliest',
      sessionTimeout: Duration.seconds(10),
      heartbeatInterval: Duration.seconds(3),
      maxPollInterval: Duration.minutes(5),
      work: Duration.millis(100),
    } as const;
    const why = '100 ms: 10 records/s a member, of the 5/s that are written';
    const dead = {
      retries: 0,
      deadLetters: this.topic('orders.exercise.dlq', {
        partitions: 1,
        ordering: 'none',
        reasons: { partitions: '1: what the two groups of lab 1.3A cannot read; kept apart from orders.dlq, which is counted' },
      }),
    } as const;
    new ConsumerWorker(this, 'Auto', {
      ...this.worker('consumer-auto-commit', this.user('consumer-auto-commit', 'lab 1.3A, commits by the clock')),
      ...common,
      ...dead,
      groupId: 'inventory-auto-commit',
      maxReplicas: 2,
      commit: 'auto',
      autoCommitInterval: Duration.seconds(5),
      reasons: { commit: 'every 5 s: a crash repeats what was done since, up to 5 s of work', work: why },
    });
    new ConsumerWorker(this, 'Manual', {
      ...this.worker('consumer-manual-commit', this.user('consumer-manual-commit', 'lab 1.3A, commits after the work')),
      ...common,
      ...dead,
      groupId: 'inventory-manual-commit',
      maxReplicas: 2,
      commit: 'manual',
      reasons: { commit: 'after the work: the mode for payments and orders; a crash repeats the records in hand', work: why },
    });
  }

  /** S11 */
  private consumerErrors(orders: KafkaTopic, deadLetters: KafkaTopic): void {
    new ConsumerWorker(this, 'Retries', {
      ...this.worker('consumer-with-dlq', this.user('consumer-with-dlq', 'lab 1.3: what it cannot handle goes to orders.dlq')),
      topic: orders,
      groupId: 'inventory-with-dlq',
      maxReplicas: 2,
      retries: 3,
      retryBackoff: Duration.seconds(1),
      retryJitter: Duration.seconds(1),
      deadLetters,
      holdKeys: true,
      failureLog: this.failureLog(),
      work: Duration.millis(20),
      reasons: {
        retries: '3, after 1, 2 and 4 s and up to 1 s more; then orders.dlq',
        'hold-keys': 'the later records of a key follow its dead letter, so that the key keeps its order',
      },
    });
    new ConsumerWorker(this, 'Monitor', {
      ...this.worker('dead-letter-monitor', this.user('dead-letter-monitor', 'counts what comes to orders.dlq')),
      topic: deadLetters,
      groupId: 'dead-letter-monitor',
      handler: 'dead-letter-monitor',
      alertAbove: 10,
      reasons: { 'alert-above': '10 in 5 min: the exercise makes 30, so the alert is seen' },
    });
  }
}
