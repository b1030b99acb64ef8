import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { ApiWorker } from '../constructs/api-worker.js';
import { ConsumerWorker } from '../constructs/consumer-worker.js';
import type { Database } from '../constructs/database.js';
import { planOf, why } from '../constructs/model/plan.js';
import type { Workload } from '../constructs/model/workload.js';
import { Rate } from '../constructs/rate.js';
import { deadLetterLoad, SystemChart, type SystemProps, type TopicLoad } from './system.js';

const week = Duration.days(7);
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
  { rate: peak, recordSize, retention: week, partitions: plan.partitions },
  { ...deadLetterLoad, rate: Rate.perSecond(1) },
];

/** The first thing the plan says about a number of this workload. */
const said = (about: string): string => plan.warnings.find((warning) => warning.about === about)?.message ?? 'nothing stands against it';

/** Members and work of a group, as the plan has them. */
function groupOf(name: string): { readonly members: number; readonly work: Duration } {
  const group = workload.groups?.find((one) => one.name === name);
  return { members: group?.members ?? 1, work: Duration.millis(group?.handling?.workMs ?? 100) };
}

export interface ReservationsProps extends SystemProps {
  /** Where the tables are. @default a Service `postgres` of the namespace, with the password in the Secret `reservations-database` */
  readonly database?: Database;
}

const ownDatabase: Database = {
  url: 'postgresql://reservations@postgres:5432/reservations',
  passwordSecret: { name: 'reservations-database', key: 'password' },
};

/** S15: tables of 50 restaurants, reserved, checked and confirmed. */
export class Reservations extends SystemChart {
  constructor(scope: Construct, id: string, props: ReservationsProps) {
    super(scope, id, 'reservations', props);
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
    const booked = this.topic('reservations.booked', {
      partitions: plan.partitions,
      retention: week,
      compression: 'lz4',
      reasons: { partitions: `${plan.partitions}: as reservations.created, of which nearly all are booked` },
    });
    const deadLetters = this.deadLetters('reservations.dlq');

    new ApiWorker(this, 'Api', {
      ...this.worker('reservation-api', this.user('reservation-api', 'takes the reservations in')),
      topic: created,
      accepts: 'reservations',
      maxReplicas: 2,
      exposure: this.exposure,
      reasons: { 'max-replicas': '2: one answers while the other is replaced' },
    });
    const group = (name: string, reason: string) => {
      const { members, work } = groupOf(name);
      const user = this.user(name, `${members} ${members === 1 ? 'member' : 'members'}, ${work.toMilliseconds()} ms a record; ${reason}`);
      return { ...this.worker(name, user), topic: created, groupId: name, maxReplicas: members, work, deadLetters };
    };
    /** What the members do, one record after the other or so many together. */
    const capacity = (name: string, together = 1): Record<string, string> => {
      const { members, work } = groupOf(name);
      const ms = work.toMilliseconds();
      const each = (members * 1_000) / ms;
      return {
        'max-replicas': `${members}: as the source has it`,
        work: `${ms} ms: ${members} sequential ${members === 1 ? 'member does' : 'members do'} ${each} reservations/s of ${peak.recordsPerSecond}`,
        ...(together > 1 && { batch: `${together} at a time, in one transaction or insert: up to ${each * together}/s` }),
      };
    };
    new ConsumerWorker(this, 'Inventory', {
      ...group('inventory-checkers', 'says what was booked, what was booked twice, and what failed for good'),
      handler: 'inventory-checker',
      batchRecords: 20,
      output: rejected,
      booked,
      database: props.database ?? ownDatabase,
      reasons: capacity('inventory-checkers', 20),
    });
    new ConsumerWorker(this, 'Confirmation', {
      ...group('confirmation-senders', 'tells those who were turned away too'),
      topic: booked,
      furtherTopics: [rejected],
      handler: 'confirmation-sender',
      order: 'key',
      concurrency: 10,
      reasons: {
        ...capacity('confirmation-senders'),
        topics: 'what was decided, not reservations.created as the source has it: that would confirm double bookings too',
        concurrency: '10 restaurants of a partition at a time, each in order: 50 keys do 100/s at most, and more takes shorter work',
      },
    });
    new ConsumerWorker(this, 'Analytics', {
      ...group('analytics-aggregators', 'counts'),
      handler: 'analytics-aggregator',
      batchRecords: 1_000,
      reasons: capacity('analytics-aggregators', 1_000),
    });
    new ConsumerWorker(this, 'Recommendation', {
      ...group('recommendation-updaters', 'learns what is liked'),
      handler: 'recommendation-updater',
      batchRecords: 100,
      reasons: capacity('recommendation-updaters', 100),
    });
  }
}
