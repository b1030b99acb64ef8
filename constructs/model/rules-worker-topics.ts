import { rule, sources, type Rule, type Subject } from './rule.js';
import { didYouMean } from './suggest.js';
import type { System, WorkerTopic, WorkerView } from './system.js';

/** One topic that a worker names. */
interface NamedTopic extends Subject {
  readonly worker: WorkerView;
  readonly topic: WorkerTopic;
}

const namedTopics = (system: System): NamedTopic[] =>
  system.workers.flatMap((worker) => worker.topics.map((topic) => ({ resource: worker.resource, worker, topic })));

const path = ({ topic }: NamedTopic): string => `spec.template.spec.containers[0].env.${topic.variable}`;

/** The variables whose topic must not be one that the worker reads, or writes by itself. */
const elsewhere: readonly string[] = ['CONSUMER_DEAD_LETTER_TOPIC', 'PRODUCER_DEAD_LETTER_TOPIC', 'PRODUCER_RETRY_TOPIC'];

/** Whether what failed goes back to where it came from. */
const goesRound = ({ worker, topic }: NamedTopic): boolean =>
  elsewhere.includes(topic.variable) && worker.topics.some(({ variable, name }) => variable === 'KAFKA_TOPIC' && name === topic.name);

export const workerTopicRules: readonly Rule[] = [
  rule<NamedTopic>({
    id: 'worker-topic-unknown',
    what: 'a topic that nobody declares',
    severity: 'error',
    source: sources.contract,
    subjects: namedTopics,
    // Without any topic among the objects they may well be declared elsewhere.
    broken: ({ topic }, system) => system.topics.length > 0 && topic.declared === undefined,
    path,
    message: ({ worker, topic }, system) => {
      const known = system.topics.map((view) => view.name);
      return `${worker.component} ${worker.resource.metadata.name} uses topic ${topic.name}, which no KafkaTopic declares${didYouMean(topic.name, known)}: declare it${known.length > 12 ? '' : `, or use one of ${known.join(', ')}`}`;
    },
  }),
  rule<NamedTopic>({
    id: 'worker-dead-letters-circular',
    what: 'dead letters, or records to be retried, that go to the topic they come from',
    severity: 'error',
    source: sources.contract,
    subjects: namedTopics,
    broken: goesRound,
    path,
    message: ({ worker, topic }) =>
      `${topic.variable} is ${topic.name}, which is the topic that ${worker.component} ${worker.resource.metadata.name} ${worker.component === 'consumer' ? 'reads: what it cannot handle would come back to it for ever' : 'writes: what the topic refuses would be offered to it again'}; name a topic of its own, as ${topic.name}.dlq`,
  }),
];
