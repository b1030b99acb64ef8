import { type FlexibleReader, list, noTags, text, type FlexibleRequest } from './flexible.js';

/** A group of the protocol `consumer` (KIP-848) as its coordinator sees it. */
export interface DescribedGroup {
  readonly errorCode: number;
  /** Empty, Assigning, Reconciling, Stable or Dead. */
  readonly state: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly clientId: string;
    /** What it has now, by topic: what it is to have stands elsewhere. */
    readonly assigned: ReadonlyMap<string, readonly number[]>;
  }[];
}

/** ConsumerGroupDescribe: what DescribeGroups is for the classic protocol. Kafka 4.0 and later. */
export function consumerGroupDescribe(group: string): FlexibleRequest<DescribedGroup> {
  return {
    name: 'ConsumerGroupDescribe',
    apiKey: 69,
    apiVersion: 0,
    // No authorized operations.
    body: Buffer.concat([list([text(group)]), Buffer.from([0]), noTags]),
    read: (answer) => {
      answer.int32();
      const [described] = answer.list(() => readGroup(answer));
      if (described === undefined) throw new RangeError(`ConsumerGroupDescribe says nothing of ${group}`);
      return described;
    },
  };
}

function readGroup(answer: FlexibleReader): DescribedGroup {
  const errorCode = answer.int16();
  answer.text();
  answer.text();
  const state = answer.text();
  answer.int32();
  answer.int32();
  answer.text();
  const members = answer.list(() => {
    const memberId = answer.text();
    answer.text();
    answer.text();
    answer.int32();
    const clientId = answer.text();
    answer.text();
    answer.list(() => answer.text());
    answer.text();
    const assigned = readAssignment(answer);
    readAssignment(answer);
    answer.tags();
    return { memberId, clientId, assigned };
  });
  answer.int32();
  answer.tags();
  return { errorCode, state, members };
}

function readAssignment(answer: FlexibleReader): Map<string, number[]> {
  const topics = answer.list((): [string, number[]] => {
    answer.uuid();
    const topic = answer.text();
    const partitions = answer.list(() => answer.int32());
    answer.tags();
    return [topic, partitions];
  });
  answer.tags();
  return new Map(topics);
}
