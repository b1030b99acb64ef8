import type { Finding, Severity } from './finding.js';
import type { Resource } from './resource.js';
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
  readonly subjects: (system: System) => readonly T[];
  readonly broken: (subject: T, system: System) => boolean;
  /** Path of the field to change, dotted. */
  readonly path: string | ((subject: T) => string);
  readonly message: (subject: T, system: System) => string;
}

export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  readonly source: string;
  readonly check: (system: System) => Finding[];
}

/** A rule over one kind of subject as a rule among others. */
export function rule<T extends Subject>({ id, severity, source, subjects, broken, path, message }: RuleDeclaration<T>): Rule {
  return {
    id,
    severity,
    source,
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
