import type { Finding, Severity } from './finding.js';
import type { Resource } from './resource.js';
import type { StrimziCheck } from './strimzi-checks.js';
import type { System } from './system.js';

/** What a rule looks at: an object of the system, or a part of one. */
export interface Subject {
  readonly resource: Resource;
}

/** A rule as it is written down: whom it is about, one predicate, and a message that says what is wrong and what to change. */
export interface RuleDeclaration<T extends Subject> {
  /** Kebab-case, and for ever: people quote it. */
  readonly id: string;
  readonly severity: Severity;
  /** Where it comes from: a link, or a document and section. */
  readonly source: string;
  /** What it is about, in a few words, for the table of rules. @default what the first row says that it covers */
  readonly what?: string;
  /** Rows of the catalogue of Strimzi's own checks. @default none */
  readonly covers?: readonly StrimziCheck[];
  readonly subjects: (system: System) => readonly T[];
  readonly broken: (subject: T, system: System) => boolean;
  /** Path of the field to change, dotted. */
  readonly path: string | ((subject: T) => string);
  readonly message: (subject: T, system: System) => string;
}

/** What can be told of a rule without applying it. */
export interface RuleFacts {
  readonly id: string;
  readonly severity: Severity;
  readonly source: string;
  readonly what?: string;
  readonly covers: readonly StrimziCheck[];
}

export interface Rule extends RuleFacts {
  readonly check: (system: System) => Finding[];
}

/** A rule over one kind of subject as a rule among others. */
export function rule<T extends Subject>({
  id,
  severity,
  source,
  what,
  covers = [],
  subjects,
  broken,
  path,
  message,
}: RuleDeclaration<T>): Rule {
  return {
    id,
    severity,
    source,
    ...(what !== undefined && { what }),
    covers,
    check: (system) =>
      subjects(system)
        .filter((subject) => broken(subject, system))
        .map((subject) =>
          finding({ id, severity, source }, subject.resource, typeof path === 'string' ? path : path(subject), message(subject, system)),
        ),
  };
}

export function finding(
  of: { id: string; severity: Severity; source: string },
  resource: Resource,
  path: string,
  message: string,
): Finding {
  const { name, namespace } = resource.metadata;
  return {
    rule: of.id,
    severity: of.severity,
    message,
    resource: { kind: resource.kind, name, ...(namespace !== undefined && { namespace }) },
    path,
    source: of.source,
    ...(resource.file !== undefined && { file: resource.file }),
  };
}

const strimziSource = 'https://github.com/strimzi/strimzi-kafka-operator/blob/1.2.0/';

/** A class of Strimzi's cluster operator, by its path below io/strimzi/operator/cluster: `model/ListenersValidator`. */
export const clusterOperator = (name: string): string =>
  `${strimziSource}cluster-operator/src/main/java/io/strimzi/operator/cluster/${name}.java`;

/** A class of Strimzi's API, by its path below io/strimzi/api/kafka/model: `connect/KafkaConnectSpec`. */
export const strimziApi = (name: string): string => `${strimziSource}api/src/main/java/io/strimzi/api/kafka/model/${name}.java`;

/** A class of the topic operator, by its name. */
export const topicOperator = (name: string): string =>
  `${strimziSource}topic-operator/src/main/java/io/strimzi/operator/topic/${name}.java`;

/** A class of the user operator, by its path below io/strimzi/operator/user. */
export const userOperator = (name: string): string => `${strimziSource}user-operator/src/main/java/io/strimzi/operator/user/${name}.java`;

/** Documents that several rules refer to. */
export const sources = {
  strimzi: 'https://strimzi.io/docs/operators/1.2.0/deploying.html',
  strimziApi: 'https://strimzi.io/docs/operators/1.2.0/configuring.html',
  kafkaBroker: 'https://kafka.apache.org/43/documentation.html#brokerconfigs',
  kafkaUpgrade: 'https://kafka.apache.org/40/documentation.html#upgrade_4_0_0',
  kafkaReplication: 'https://kafka.apache.org/43/documentation.html#replication',
  kafkaConsumer: 'https://kafka.apache.org/43/documentation.html#consumerconfigs',
  kafkaProducer: 'https://kafka.apache.org/43/documentation.html#producerconfigs',
  kubernetesQuota: 'https://kubernetes.io/docs/concepts/policy/resource-quotas/',
  contract: 'workers/contract.ts',
} as const;
