import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { ConsumerWorker } from '../constructs/consumer-worker.js';
import { ProducerWorker } from '../constructs/producer-worker.js';
import { Rate } from '../constructs/rate.js';
import { deadLetterLoad, SystemChart, type SystemProps, type TopicLoad } from './system.js';

const partitions = 3;
const rate = Rate.perSecond(50);
const recordSize = Size.kibibytes(0.5);

/** Assumed: the source names no rate. Two topics of 50 positions a second. */
export const flightLoads: readonly TopicLoad[] = [
  ...['airnav', 'flight24'].map(() => ({ rate, recordSize, retention: Duration.days(1), partitions })),
  deadLetterLoad,
];

/** Flights by the service that sees them. */
const flights = { airnav: 'AF{100..159}', flight24: 'LH{400..459}' } as const;

/** S2: one service a group, each with a topic of its own; a further group on one of the topics would get every record again. */
export class Flights extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, 'flights', props);
    const deadLetters = this.deadLetters('live-flight-dlq');
    const feed = this.user('flight-feed', 'writes the positions of both feeds');
    for (const group of ['airnav', 'flight24'] as const) {
      const topic = this.topic(`live-flight-${group}`, {
        partitions,
        retention: Duration.days(1),
        reasons: {
          partitions: '3: one a broker, and as many members of the group can work; a fourth would be idle',
          retention: 'a day: a position is old after minutes, a day is for looking into what went wrong',
        },
      });
      new ProducerWorker(this, `feed-${group}`, {
        ...this.worker(`feed-${group}`, feed),
        topic,
        recordKind: 'flight-position',
        rate,
        recordSize,
        keys: flights[group],
        reasons: { keys: '60 flights; the key is the flight, so that its positions stay in order' },
      });
      new ConsumerWorker(this, group, {
        ...this.worker(group, this.user(group, `the members of group ${group}, and of no other`)),
        topic,
        groupId: group,
        handler: 'flight-processor',
        maxReplicas: partitions,
        offsetReset: 'earliest',
        deadLetters,
        work: Duration.millis(10),
        reasons: {
          'dead-letters':
            'what cannot be processed is retried, then kept there: to mark only what succeeded and go on would lose it with the next mark',
          work: '10 ms: one member does 100 of the 50 positions/s',
        },
      });
    }
  }
}
