import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Rate } from '../constructs/rate.js';
import { SystemChart, type SystemProps, type TopicLoad } from './system.js';

const week = Duration.days(7);
const month = Duration.days(30);
const recordSize = Size.kibibytes(500 / 1024);

/** 1 000 reservations a second at their peak, taken for the whole week; one in a hundred is a double booking. */
export const reservationLoads: readonly TopicLoad[] = [
  { rate: Rate.perSecond(1_000), recordSize, retention: week, partitions: 24 },
  { rate: Rate.perSecond(10), recordSize, retention: week, partitions: 3 },
  { rate: Rate.perSecond(1), recordSize: Size.kibibytes(2), retention: month, partitions: 1 },
];

/** S15: tables of 50 restaurants, reserved, checked and confirmed. */
export class Reservations extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, props);
    const created = this.topic('reservations.created', {
      partitions: 24,
      retention: week,
      compression: 'lz4',
      reasons: {
        partitions: '24: throughput needs 1 (500 kB/s ÷ 10 MB/s), 12 consumers want 12, growth × 2; 8 leaders a broker on 3 brokers',
        ordering: 'the key is restaurantId: one restaurant’s reservations stay in order; 50 keys leave some of 24 partitions empty',
        'work-time':
          'at 100 ms a record 24 sequential members do 240/s and 50 ordered keys at most 500/s of the 1000/s wanted: 20 ms a record, batches, or finer keys',
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
