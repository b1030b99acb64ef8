import type { Construct } from 'constructs';
import { SystemChart, type SystemProps } from './system.js';

/** S3: machines M1 → M2 → M3, in an order that must hold. */
export class MachineLine extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, props);
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
    this.user('line-control', 'gives the commands', (user) => {
      commands.grantWrite(user);
    });
    this.user('machine-line', 'the one sequential consumer, which says what is done', (user) => {
      commands.grantRead(user, 'machine-line');
      steps.grantWrite(user);
      steps.grantRead(user, 'machine-line');
    });
  }
}
