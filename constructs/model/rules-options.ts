import type { Severity } from './finding.js';
import { optionProblem, type OptionKind, type OptionProblem } from './kafka-options.js';
import { isReserved, reservedOptions, type ReservedOptions } from './reserved-options.js';
import { recordAt, shown, textAt, type Resource } from './resource.js';
import { clusterOperator, rule, sources, topicOperator, type Rule, type Subject } from './rule.js';
import { whyGone } from './rules-cluster.js';
import type { StrimziCheck } from './strimzi-checks.js';
import { strimziOf, type System } from './system.js';

/** An option in some map of options, and what Kafka has against it. */
interface OptionView extends Subject {
  readonly path: string;
  readonly problem: OptionProblem;
}

type Path = readonly string[];

/** What is wrong with the options of one map; those of them that are no options of Kafka's at all are skipped. */
function problemsIn(
  resource: Resource,
  path: Path,
  kind: OptionKind,
  version: string | undefined,
  { skip = () => false, prefix = '' }: { readonly skip?: (option: string) => boolean; readonly prefix?: string } = {},
): OptionView[] {
  return Object.entries(recordAt(resource, ...path)).flatMap(([option, value]) => {
    const name = option.slice(prefix.length);
    if (!option.startsWith(prefix) || skip(option)) return [];
    const problem = optionProblem(kind, version, name, value);
    return problem === undefined ? [] : [{ resource, path: [...path, option].join('.'), problem }];
  });
}

/** Options that belong to plugins of the broker, whose names Kafka does not know. */
const pluginOptions: readonly RegExp[] = [
  /^listener\.name\./,
  /^config\.providers\./,
  /^(rsm|rlmm)\.config\./,
  /^cruise\.control\.metrics\./,
  /^client\.quota\.callback\./,
  /^prometheus\.metrics\./,
  /^(strimzi|oauth|opa|ranger|confluent)\./,
  // Of the authorizer that comes with Kafka, which is a plugin to the broker like any other.
  /^allow\.everyone\.if\.no\.acl\.found$/,
];

const brokerProblems = (system: System): OptionView[] =>
  system.clusters.flatMap(({ resource, version }) =>
    problemsIn(resource, ['spec', 'kafka', 'config'], 'broker', version, {
      // Dropped by Strimzi, or gone from Kafka: other rules say so.
      skip: (option) => isReserved(option, reservedOptions.KafkaClusterSpec) || whyGone(option) !== undefined,
    }),
  );

const isPlugins = ({ path }: OptionView): boolean => pluginOptions.some((plugin) => plugin.test(path.slice('spec.kafka.config.'.length)));

const topicsGone = ['message.format.version', 'message.timestamp.difference.max.ms'];

/** The topic operator joins a list to a text. */
const joined = (value: unknown): unknown => (Array.isArray(value) ? value.map(shown).join(',') : value);

const topicProblems = (system: System): OptionView[] =>
  system.topics.flatMap(({ resource, cluster }) =>
    Object.entries(recordAt(resource, 'spec', 'config')).flatMap(([option, value]) => {
      if (topicsGone.includes(option) || value === null) return [];
      const problem = optionProblem('topic', cluster?.version, option, joined(value));
      return problem === undefined ? [] : [{ resource, path: `spec.config.${option}`, problem }];
    }),
  );

const clientKinds = ['producer', 'consumer', 'admin'] as const;

/** Where Strimzi's resources carry options of Kafka clients. */
function clientProblems(system: System): OptionView[] {
  const bridge = [
    ['producer', 'producer', reservedOptions.KafkaBridgeProducerSpec],
    ['consumer', 'consumer', reservedOptions.KafkaBridgeConsumerSpec],
    ['adminClient', 'admin', reservedOptions.KafkaBridgeAdminClientSpec],
  ] as const;
  const skip = (reserved: ReservedOptions) => ({ skip: (option: string) => isReserved(option, reserved) });
  return [
    ...strimziOf(system, 'KafkaBridge').flatMap((resource) =>
      bridge.flatMap(([part, kind, reserved]) => problemsIn(resource, ['spec', part, 'config'], kind, undefined, skip(reserved))),
    ),
    ...strimziOf(system, 'KafkaConnect', 'KafkaMirrorMaker2').flatMap((resource) =>
      workerProblems(resource, resource.kind === 'KafkaConnect' ? ['spec', 'config'] : ['spec', 'target', 'config']),
    ),
    ...strimziOf(system, 'KafkaConnector').flatMap((resource) =>
      clientKinds.flatMap((kind) => problemsIn(resource, ['spec', 'config'], kind, undefined, { prefix: `${kind}.override.` })),
    ),
  ];
}

/** A Connect worker hands `producer.…`, `consumer.…` and `admin.…` to the clients of its connectors. */
function workerProblems(resource: Resource, path: Path): OptionView[] {
  const version = textAt(resource, 'spec', 'version');
  const skip = (option: string) => isReserved(option, reservedOptions.KafkaConnectSpec);
  return clientKinds.flatMap((kind) => problemsIn(resource, path, kind, version, { skip, prefix: `${kind}.` }));
}

function optionRule(declared: {
  readonly id: string;
  readonly severity: Severity;
  readonly source: string;
  readonly what: string;
  readonly covers?: readonly StrimziCheck[];
  readonly problems: (system: System) => OptionView[];
  readonly kind: OptionProblem['kind'];
  /** What becomes of it, and what to do. */
  readonly then: string;
}): Rule {
  const { problems, kind, then, ...about } = declared;
  return rule<OptionView>({
    ...about,
    subjects: problems,
    broken: ({ problem }) => problem.kind === kind,
    path: ({ path }) => path,
    message: ({ problem }) => `${problem.message}${then}`,
  });
}

export const optionRules: readonly Rule[] = [
  optionRule({
    id: 'broker-option-invalid',
    what: 'a broker option against its type, range or list of values in the Kafka version',
    severity: 'error',
    source: clusterOperator('model/KafkaConfiguration'),
    covers: ['broker-options'],
    problems: brokerProblems,
    kind: 'invalid',
    then: '',
  }),
  optionRule({
    id: 'broker-option-unknown',
    what: 'a broker option that the Kafka version does not have, and no known plugin either',
    severity: 'warning',
    source: sources.kafkaBroker,
    covers: ['silent-option-names'],
    problems: (system) => brokerProblems(system).filter((view) => !isPlugins(view)),
    kind: 'unknown',
    then: '; Strimzi passes it on without a word and Kafka does nothing with it, unless a plugin reads it: correct or remove it',
  }),
  optionRule({
    id: 'topic-option-invalid',
    what: 'a topic option against its type, range or list of values; a map as value',
    severity: 'error',
    source: topicOperator('TopicOperatorUtil'),
    covers: ['topic-config', 'topic-config-object'],
    problems: topicProblems,
    kind: 'invalid',
    then: '; the topic operator cannot make the topic so',
  }),
  optionRule({
    id: 'topic-option-unknown',
    what: 'a topic option that the Kafka version does not have',
    severity: 'error',
    source: 'https://kafka.apache.org/43/documentation.html#topicconfigs',
    covers: ['topic-config'],
    problems: topicProblems,
    kind: 'unknown',
    then: ': Kafka refuses to make the topic; correct or remove it',
  }),
  optionRule({
    id: 'client-option-invalid',
    what: 'an option of a client of Connect, MirrorMaker 2 or the Bridge against its type, range or list of values',
    severity: 'error',
    source: sources.kafkaProducer,
    problems: clientProblems,
    kind: 'invalid',
    then: '; the client would not start',
  }),
  optionRule({
    id: 'client-option-unknown',
    what: 'an option of a client of Connect, MirrorMaker 2 or the Bridge that Kafka does not have',
    severity: 'warning',
    source: sources.kafkaProducer,
    problems: clientProblems,
    kind: 'unknown',
    then: '; the client ignores it, unless a plugin reads it: correct or remove it',
  }),
];
