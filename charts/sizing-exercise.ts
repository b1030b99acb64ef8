import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { planOf, why } from '../constructs/model/plan.js';
import { SystemChart, type SystemProps } from './system.js';

/** Groups by importance, with their members. Each gets every order: `standard` repeats those of `critical` unless it filters. */
const groups: Readonly<Record<string, number>> = { critical: 3, standard: 10, analytics: 1 };

/** What S14 says its topic must carry. */
const plan = planOf({
  targetRate: { unit: 'bytes', perSecond: 500e6 },
  produceRate: { rate: { unit: 'bytes', perSecond: 50e6 }, basis: 'stated' },
  consumers: 20,
  brokers: 3,
});

/** S14: the topic of the sizing exercise. For labs: 500 MB/s is far more than three brokers of these environments carry. */
export class SizingExercise extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, 'sizing-exercise', props);
    const orders = this.topic('orders.bulk.created', {
      partitions: plan.partitions,
      retention: Duration.hours(1),
      reasons: {
        partitions: why(plan, 'partitions'),
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
