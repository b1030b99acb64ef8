import type Broker from 'kafkajs/src/broker/index.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { requests } from 'kafkajs/src/protocol/requests/index.js';

/** The requests of kafkajs that the tools use, with what their answers hold; `errorCode` 0 is no error. */
interface Answers {
  readonly Metadata: {
    readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
    readonly topicMetadata: readonly {
      readonly topicErrorCode: number;
      readonly topic: string;
      readonly partitionMetadata: readonly {
        readonly partitionErrorCode: number;
        readonly partitionId: number;
        readonly leader: number;
        readonly replicas: readonly number[];
        readonly isr: readonly number[];
      }[];
    }[];
  };
  readonly GroupCoordinator: {
    readonly errorCode: number;
    readonly coordinator: { readonly nodeId: number; readonly host: string; readonly port: number };
  };
  readonly DescribeGroups: {
    readonly groups: readonly {
      readonly errorCode: number;
      readonly state: string;
      /** `consumer`, `connect`, …: whose words the assignments are in. */
      readonly protocolType: string;
      readonly members: readonly { readonly memberId: string; readonly clientId: string; readonly memberAssignment: Buffer }[];
    }[];
  };
  /** Those that this broker coordinates. */
  readonly ListGroups: { readonly errorCode: number; readonly groups: readonly { readonly groupId: string }[] };
  readonly DeleteGroups: { readonly results: readonly { readonly errorCode: number }[] };
  readonly OffsetFetch: { readonly errorCode: number; readonly responses: readonly TopicAnswer<{ readonly offset: string }>[] };
  readonly OffsetCommit: { readonly responses: readonly TopicAnswer<object>[] };
  readonly ListOffsets: { readonly responses: readonly TopicAnswer<{ readonly offset: string }>[] };
  readonly CreateTopics: { readonly topicErrors: readonly TopicError[] };
  readonly DeleteTopics: { readonly topicErrors: readonly TopicError[] };
  readonly CreatePartitions: { readonly topicErrors: readonly TopicError[] };
}
interface TopicAnswer<P> {
  readonly topic: string;
  readonly partitions: readonly (P & { readonly partition: number; readonly errorCode: number })[];
}
interface TopicError {
  readonly topic: string;
  readonly errorCode: number;
  readonly errorMessage?: string | null;
}

const apiKeys: Readonly<Record<keyof Answers, number>> = {
  ListOffsets: 2,
  Metadata: 3,
  OffsetCommit: 8,
  OffsetFetch: 9,
  GroupCoordinator: 10,
  DescribeGroups: 15,
  ListGroups: 16,
  CreateTopics: 19,
  DeleteTopics: 20,
  CreatePartitions: 37,
  DeleteGroups: 42,
};

const definitions = requests as unknown as Readonly<Record<keyof Answers, object>>;

/** Sends a request in the newest version both sides know. The answer's error codes are for the caller: one that is bad for a partition says nothing of the others. */
export async function ask<N extends keyof Answers>(broker: Broker, name: N, options: object): Promise<Answers[N]> {
  const { request, response } = broker.lookupRequest<Answers[N]>(apiKeys[name], definitions[name])(options);
  return broker.connectionPool.send({
    request,
    response: { decode: (raw) => response.decode(raw), parse: (data) => Promise.resolve(data) },
  });
}

/** @throws the error with Kafka's own name for it, unless the code is 0 */
export function mustBeNone(errorCode: number): void {
  if (errorCode !== 0) throw createErrorFromCode(errorCode);
}
