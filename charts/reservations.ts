import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { planOf, why } from '../constructs/model/plan.js';
import type { Workload } from '../constructs/model/workload.js';
import { Rate } from '../constructs/rate.js';
import { SystemChart, type SystemProps, type TopicLoad } from './system.js';

const week = Duration.days(7);
const month = Duration.days(30);
const recordBytes = 500;
const recordSize = Size.kibibytes(recordBytes / 1024);
const peak = Rate.perSecond(1_000);

/** What S15 says its topic must carry. */
const workload: Workload = {
  targetRate: { unit: 'records', perSecond: peak.recordsPerSecond },
  recordBytes,
  produceRate: { rate: { unit: 'bytes', perSecond: 10e6 }, basis: 'stated' },
  brokers: 3,
  consumers: 12,
  growth: 2,
  retentionMs: week.toMilliseconds(),
  ordering: 'per-key',
  keys: 50,
  groups: [
    { name: 'inventory-checkers', members: 6, handling: { workMs: 100 } },
    { name: 'confirmation-senders', members: 3, handling: { workMs: 500 } },
    { name: 'analytics-aggregators', members: 1, handling: { workMs: 1_000 } },
    { name: 'recommendation-updaters', members: 2, handling: { workMs: 200 } },
  ],
};
const plan = planOf(workload);

/** 1 000 reservations a second at their peak, taken for the whole week; one in a hundred is a double booking. */
export const reservationLoads: readonly TopicLoad[] = [
  { rate: peak, recordSize, retention: week, partitions: plan.partitions },
  { rate: Rate.perSecond(10), recordSize, retention: week, partitions: 3 },
  { rate: Rate.perSecond(1), recordSize: Size.kibibytes(2), retention: month, partitions: 1 },
];

/** The first thing the plan says about a number of this workload. */
const said = (about: string): string => plan.warnings.find((warning) => warning.about === about)?.message ?? 'nothing stands against it';

/** S15: tables of 50 restaurants, reserved, checked and confirmed. */
export class Reservations extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, props);
    const created = this.topic('reservations.created', {
      partitions: plan.partitions,
      retention: week,
      compression: 'lz4',
      reasons: {
        partitions: why(plan, 'partitions'),
        ordering: 'the key is restaurantId: one restaurant’s reservations stay in order; 50 keys leave some of 24 partitions empty',
        capacity: said('inventory-checkers.capacity'),
        keys: said('inventory-checkers.keys'),
      },
    });
    const rejected = this.topic('reservations.rejected', {
      partitions: 3,
      retention: week,
      compression: 'lz4',
      reasons: { partitions: '3: one a broker; double bookings are results, and few' },
    });
    const dead = this.topic('reservations.dlq', {
      partitions: 1,
      ordering: 'none',
      retention: month,
      reasons: { retention: '30 days: a dead letter waits for a person', partitions: '1: few records, read by a person' },
    });

    this.user('reservation-api', 'takes the reservations in', (user) => {
      created.grantWrite(user);
    });
    this.user('inventory-checkers', '6 members, below 100 ms a record; says what was booked twice, and what failed for good', (user) => {
      created.grantRead(user, 'inventory-checkers');
      rejected.grantWrite(user);
      dead.grantWrite(user);
    });
    this.user('confirmation-senders', '3 members, below 500 ms a record; tells those who were turned away too', (user) => {
      created.grantRead(user, 'confirmation-senders');
      rejected.grantRead(user, 'confirmation-senders');
      dead.grantWrite(user);
    });
    this.user('analytics-aggregators', '1 member, about 1 s a record', (user) => {
      created.grantRead(user, 'analytics-aggregators');
    });
    this.user('recommendation-updaters', '2 members, about 200 ms a record', (user) => {
      created.grantRead(user, 'recommendation-updaters');
    });
  }
}
