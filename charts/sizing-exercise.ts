import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { SystemChart, type SystemProps } from './system.js';

/** Groups by importance, with their members. Each gets every order: `standard` repeats those of `critical` unless it filters. */
const groups: Readonly<Record<string, number>> = { critical: 3, standard: 10, analytics: 1 };

/** S14: the topic of the sizing exercise. For labs: 500 MB/s is far more than three brokers of these environments carry. */
export class SizingExercise extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, props);
    const orders = this.topic('orders.bulk.created', {
      partitions: 21,
      retention: Duration.hours(1),
      reasons: {
        partitions: '21: max(500 ÷ 50 MB/s, 20 consumers, 3 brokers × 2) = 20, up to a multiple of 3 brokers: 7 each',
        retention: 'an hour: 500 MB/s for a day would be 43 TB, three times over',
      },
    });
    this.user('bulk-orders', 'writes the load of the exercise', (user) => {
      orders.grantWrite(user);
    });
    for (const [group, members] of Object.entries(groups)) {
      this.user(`bulk-${group}`, `group ${group}, ${members} ${members === 1 ? 'member' : 'members'}; gets every order`, (user) => {
        orders.grantRead(user, group);
      });
    }
  }
}
