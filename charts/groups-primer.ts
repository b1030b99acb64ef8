import type { Construct } from 'constructs';
import { SystemChart, type SystemProps } from './system.js';

/** S1: one topic, one group, one partition a member. */
export class GroupsPrimer extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, props);
    const commande = this.topic('commande', {
      partitions: 3,
      reasons: { partitions: '3: one for each of the three members of group logistique' },
    });
    this.user('commande', 'the producers; a fleet is no group, Kafka does not coordinate it', (user) => {
      commande.grantWrite(user);
    });
    this.user('logistique', 'the members of group logistique', (user) => {
      commande.grantRead(user, 'logistique');
    });
  }
}
