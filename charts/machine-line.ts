import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { ConsumerWorker } from '../constructs/consumer-worker.js';
import { ProducerWorker } from '../constructs/producer-worker.js';
import { Rate } from '../constructs/rate.js';
import { SystemChart, type SystemProps } from './system.js';

/** S3: machines M1 → M2 → M3, in an order that must hold. */
export class MachineLine extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, 'machine-line', props);
    const commands = this.topic('commandes_machines', {
      resourceName: 'commandes-machines',
      partitions: 1,
      reasons: {
        partitions: '1: one sequential consumer for the constant key lot_A; the order is that of the topic, not of a key',
        'topic-name': 'Kubernetes takes no "_": the resource is called commandes-machines',
      },
    });
    const steps = this.topic('machines.step.completed', {
      partitions: 1,
      reasons: { partitions: '1: a step waits for the event of the step before it, and across topics Kafka gives no order' },
    });
    new ProducerWorker(this, 'Control', {
      ...this.worker('line-control', this.user('line-control', 'gives the commands')),
      topic: commands,
      recordKind: 'machine-command',
      rate: Rate.perSecond(1),
      keys: 'lot_A',
      acks: 'all',
      idempotence: true,
      reasons: {
        acks: 'all, with idempotence: no command is lost, doubled or overtaken by a retry',
        rate: '1/s: M1, M2, M3, and from the beginning',
      },
    });
    const line = this.user('machine-line', 'the one sequential consumer, which says what is done');
    // It reads its own events from their beginning when it starts, as the group of this name, which commits nothing.
    if (line !== undefined) steps.grantRead(line, 'machine-line-state');
    new ConsumerWorker(this, 'Line', {
      ...this.worker('machine-line', line),
      topic: commands,
      furtherTopics: [steps],
      output: steps,
      groupId: 'machine-line',
      handler: 'machine-line',
      commit: 'manual',
      stableNames: true,
      maxReplicas: 1,
      work: Duration.millis(200),
      reasons: {
        'max-replicas': '1: exactly one sequential consumer; a StatefulSet never has two pods of one name, not even when a node is away',
        'dead-letters': 'none: a command that cannot be read stops the line until a person looks, for what comes after it builds on it',
        guarantee:
          'at-least-once: what is done stands in machines.step.completed, and is looked up there before a machine runs, so a command that comes again does nothing',
      },
    });
  }
}
