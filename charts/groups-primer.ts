import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { ConsumerWorker } from '../constructs/consumer-worker.js';
import { ProducerWorker } from '../constructs/producer-worker.js';
import { Rate } from '../constructs/rate.js';
import { SystemChart, type SystemProps } from './system.js';

/** S1: a fleet of producers, one topic, one group, one partition a member. */
export class GroupsPrimer extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, 'groups-primer', props);
    const topic = this.topic('commande', {
      partitions: 3,
      reasons: { partitions: '3: one for each of the three members of group logistique' },
    });
    const fleet = this.user('commande', 'the producers; a fleet is no group, Kafka does not coordinate it');
    new ProducerWorker(this, 'Fleet', {
      ...this.worker('commande-fleet', fleet),
      topic,
      recordKind: 'commande',
      stableNames: true,
      maxReplicas: 3,
      rate: Rate.perSecond(10),
      keys: 'client-{01..30}',
      reasons: {
        names:
          'commande-fleet-0, -1, -2: a pod that is replaced keeps its name and so its client.id, by which metrics tell the fleet apart',
        coordination: 'none: each writes its own 10 records/s, and two that write one key have no order between them',
      },
    });
    new ProducerWorker(this, 'Express', {
      ...this.worker('commande-express', fleet),
      topic,
      recordKind: 'commande',
      rate: Rate.perSecond(1),
      keys: 'express-{1..3}',
      partitions: [0],
      reasons: {
        partitions:
          '0 alone: a producer may be given partitions of its own; its keys are then where it puts them, not where their hash says',
      },
    });
    new ConsumerWorker(this, 'Logistique', {
      ...this.worker('logistique', this.user('logistique', 'the members of group logistique')),
      topic,
      groupId: 'logistique',
      maxReplicas: 3,
      work: Duration.millis(20),
      reasons: { 'max-replicas': '3: a partition each; a fourth member would be idle' },
    });
  }
}
