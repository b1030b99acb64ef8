/**
 * How many batches of one partition may be on their way at once, and what that means for one that is sent again.
 *
 * A client that keeps the order of what it is given by itself is given several at once: it gets through far more than with one. But what it
 * gives back has no place between the others any more, so it is sent again alone, and only when nothing after it is in the topic. That a
 * batch is refused for its size or for one of its records is therefore met with one on its way: until the topic has taken a batch as large
 * as they become, and from the first refusal on.
 */
export interface Lanes {
  /** Batches of a partition that may be on their way now. */
  mostInFlight(topic: string, partition: number): number;
  /** A batch is on its way, after those that are already. */
  enter(topic: string, partition: number): Flight;
}

/** A batch on its way. */
export interface Flight {
  /** Runs an attempt. */
  attempt<T>(send: () => Promise<T>): Promise<T>;
  /** So many bytes in one attempt are in the topic. */
  acked(bytes: number): void;
  /** It is refused for its size, or for one of its records. */
  refused(): void;
  /** Resolves when it may be sent again: with false, never, since something after it is in the topic. */
  mayRepeat(): Promise<boolean>;
  /** The fate of all its records is known. */
  over(): void;
}

interface Lane {
  entered: number;
  /** Number of the newest that is in the topic. */
  newestAcked: number;
  withClient: number;
  /** Numbers of those that the client gave back and whose fate is not known, oldest first. */
  givenBack: number[];
  waiting: (() => void)[];
}

interface Topic {
  /** It has taken a batch as large as they become. */
  isProven: boolean;
  hasRefused: boolean;
  readonly lanes: Map<number, Lane>;
}

/** @param batchesInFlight of a partition, once the topic is known to take them. @param provenBytes of a batch that shows it */
export function createLanes({ batchesInFlight, provenBytes }: { readonly batchesInFlight: number; readonly provenBytes: number }): Lanes {
  const topics = new Map<string, Topic>();

  const topicOf = (name: string): Topic => {
    const known = topics.get(name);
    if (known !== undefined) return known;
    const topic: Topic = { isProven: false, hasRefused: false, lanes: new Map() };
    topics.set(name, topic);
    return topic;
  };
  const laneOf = (topic: Topic, partition: number): Lane => {
    const known = topic.lanes.get(partition);
    if (known !== undefined) return known;
    const lane: Lane = { entered: 0, newestAcked: -1, withClient: 0, givenBack: [], waiting: [] };
    topic.lanes.set(partition, lane);
    return lane;
  };
  const wake = (lane: Lane): void => {
    for (const one of lane.waiting.splice(0)) one();
  };

  return {
    mostInFlight(name, partition) {
      const topic = topicOf(name);
      if (!topic.isProven || topic.hasRefused) return 1;
      return laneOf(topic, partition).givenBack.length > 0 ? 1 : batchesInFlight;
    },
    enter(name, partition) {
      const topic = topicOf(name);
      const lane = laneOf(topic, partition);
      const number = lane.entered++;
      return {
        async attempt(send) {
          lane.withClient += 1;
          try {
            return await send();
          } catch (error) {
            // At once: nothing else may leave before it is known what becomes of this.
            if (!lane.givenBack.includes(number)) lane.givenBack = [...lane.givenBack, number].sort((a, b) => a - b);
            throw error;
          } finally {
            lane.withClient -= 1;
            wake(lane);
          }
        },
        acked(bytes) {
          lane.newestAcked = Math.max(lane.newestAcked, number);
          if (bytes >= provenBytes) topic.isProven = true;
        },
        refused() {
          topic.hasRefused = true;
        },
        async mayRepeat() {
          while (lane.withClient > 0 || lane.givenBack[0] !== number) await new Promise<void>((resolve) => lane.waiting.push(resolve));
          return lane.newestAcked <= number;
        },
        over() {
          if (lane.givenBack.length > 0) lane.givenBack = lane.givenBack.filter((other) => other !== number);
          wake(lane);
        },
      };
    },
  };
}
