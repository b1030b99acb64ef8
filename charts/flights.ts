import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Rate } from '../constructs/rate.js';
import { SystemChart, type SystemProps, type TopicLoad } from './system.js';

const partitions = 3;

/** Assumed: the source names no rate. Two topics of 50 positions a second. */
export const flightLoads: readonly TopicLoad[] = ['airnav', 'flight24'].map(() => ({
  rate: Rate.perSecond(50),
  recordSize: Size.kibibytes(0.5),
  retention: Duration.days(1),
  partitions,
}));

/** S2: one service a group, each with a topic of its own; a further group on one of the topics would get every record again. */
export class Flights extends SystemChart {
  constructor(scope: Construct, id: string, props: SystemProps) {
    super(scope, id, props);
    const reasons = {
      partitions: '3: one a broker, and as many members of the group can work; a fourth would be idle',
      retention: 'a day: a position is old after minutes, a day is for looking into what went wrong',
    };
    const topics = ['airnav', 'flight24'].map((group) => ({
      group,
      topic: this.topic(`live-flight-${group}`, { partitions, retention: Duration.days(1), reasons }),
    }));
    this.user('flight-feed', 'writes the positions of both feeds', (user) => {
      for (const { topic } of topics) topic.grantWrite(user);
    });
    for (const { group, topic } of topics) {
      this.user(group, `the members of group ${group}, and of no other`, (user) => {
        topic.grantRead(user, group);
      });
    }
  }
}
