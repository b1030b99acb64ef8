import { at, listAt, shown, textAt, type Resource } from '../../../constructs/model/resource.js';
import { clusterOperator, sources } from '../../../constructs/model/rule.js';
import { clusterLabel } from '../../../constructs/model/system.js';
import type { FieldChange, ResourceChange, Side, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { clusterFor, restartOf, topicsOn } from './kafka-cluster.js';
import { counted, listed, sentences } from './strimzi-words.js';
import { fieldsAt, judged } from './workload-fields.js';

const userNames = (side: Side, kafka: string): string[] =>
  side
    .ofKind('KafkaUser')
    .filter((user) => clusterLabel(user) === kafka)
    .map(({ metadata }) => metadata.name);

/** What stands beside the brokers, and what the brokers are made of. */
export function partConsequences(change: ResourceChange, states: States): Judged[] {
  return [entityOperator, cruiseControl, authorities, beside, pods, annotations].flatMap((judge) => judge(change, states));
}

function entityOperator(change: ResourceChange, states: States): Judged[] {
  const kafka = change.after;
  const fields = fieldsAt(change, ['spec', 'entityOperator']);
  if (kafka === undefined || fields.length === 0) return [];
  const has = (resource: Resource | undefined, operator: string): boolean => at(resource, 'spec', 'entityOperator', operator) !== undefined;
  const { name } = kafka.metadata;
  const gone = ['topicOperator', 'userOperator'].filter((operator) => has(change.before, operator) && !has(kafka, operator));
  const come = ['topicOperator', 'userOperator'].filter((operator) => !has(change.before, operator) && has(kafka, operator));
  const topics = topicsOn(states.head, clusterFor(states.head, kafka));
  const users = userNames(states.head, name);
  if (gone.length > 0)
    return [
      judged(fields, {
        id: 'kafka-entity-operator-removed',
        grade: 'refused',
        path: 'spec.entityOperator',
        consequence: sentences(
          gone.includes('topicOperator') &&
            `Nobody follows the ${counted(topics.length, 'KafkaTopic')} of ${name} any more: a change has no effect, and one that is deleted hangs on its finalizer.`,
          gone.includes('userOperator') &&
            `Nobody follows the ${counted(users.length, 'KafkaUser')} of ${name} any more: a new one gets no Secret, and certificates are not renewed before they expire.`,
        ),
        source: clusterOperator('operator/assembly/EntityOperatorReconciler'),
        action: 'Leave it, unless the topics and users are managed elsewhere; then remove the finalizers of the KafkaTopics first.',
      }),
    ];
  if (come.length > 0)
    return [
      judged(fields, {
        id: 'kafka-entity-operator-added',
        grade: 'safe',
        path: 'spec.entityOperator',
        consequence: sentences(
          come.includes('topicOperator') && `The ${counted(topics.length, 'KafkaTopic')} of ${name} are applied.`,
          come.includes('userOperator') &&
            `The ${counted(users.length, 'KafkaUser')} of ${name} are applied, and users in Kafka that no KafkaUser declares are deleted, with their ACLs and quotas.`,
        ),
        source: sources.strimzi,
      }),
    ];
  const watched = ['topicOperator', 'userOperator'].filter(
    (operator) =>
      at(change.before, 'spec', 'entityOperator', operator, 'watchedNamespace') !==
      at(kafka, 'spec', 'entityOperator', operator, 'watchedNamespace'),
  );
  return [
    judged(fields, {
      id: watched.length > 0 ? 'kafka-watched-namespace' : 'kafka-entity-operator-restarts',
      grade: watched.length > 0 ? 'refused' : 'safe',
      consequence:
        watched.length > 0
          ? `${listed(watched)} of ${name} ${watched.length === 1 ? 'looks' : 'look'} into another namespace: what stands in the old one is no longer followed. Strimzi 1.0.1 and later want STRIMZI_ENTITY_OPERATOR_WATCHED_NAMESPACE_ENABLED=true for that.`
          : `The entity operator of ${name} restarts or reads its settings again: changes of topics and users wait meanwhile, brokers and clients do not.`,
      source: sources.strimzi,
    }),
  ];
}

function cruiseControl(change: ResourceChange, states: States): Judged[] {
  const fields = fieldsAt(change, ['spec', 'cruiseControl']);
  if (fields.length === 0) return [];
  const [was, is] = [change.before, change.after].map((resource) => at(resource, 'spec', 'cruiseControl') !== undefined);
  const restart = restartOf(states.head, clusterFor(states.head, change.after));
  const rebalances = states.head.ofKind('KafkaRebalance').filter((one) => clusterLabel(one) === change.after?.metadata.name);
  if (was !== is)
    return [
      judged(fields, {
        id: is === true ? 'kafka-cruise-control-added' : 'kafka-cruise-control-removed',
        grade: 'rolling',
        path: 'spec.cruiseControl',
        consequence:
          is === true
            ? `Cruise Control starts beside the brokers, which must report to it. ${restart} Rebalances and changes of replicas of topics are possible then.`
            : sentences(
                `Nobody rebalances any more, and a change of replicas of a topic is refused.`,
                rebalances.length > 0 &&
                  `${listed(rebalances.map(({ metadata }) => metadata.name))} ${rebalances.length === 1 ? 'is' : 'are'} no longer Ready.`,
                `The brokers stop reporting to it. ${restart}`,
              ),
        source: sources.strimzi,
      }),
    ];
  return [
    judged(fields, {
      id: 'kafka-cruise-control-changed',
      grade: 'safe',
      consequence: sentences(
        'Cruise Control restarts and learns the load anew, which takes it some minutes; brokers and clients are not touched.',
        fieldsAt(change, ['spec', 'cruiseControl', 'autoRebalance']).length > 0 && 'autoRebalance acts when brokers come or go, not now.',
      ),
      source: sources.strimzi,
    }),
  ];
}

function authorities(change: ResourceChange, states: States): Judged[] {
  return (['clusterCa', 'clientsCa'] as const).flatMap((authority) => {
    const fields = fieldsAt(change, ['spec', authority]);
    if (fields.length === 0 || change.after === undefined) return [];
    const { name } = change.after.metadata;
    const generates = (resource: Resource | undefined): boolean =>
      at(resource, 'spec', authority, 'generateCertificateAuthority') !== false;
    const restart = restartOf(states.head, clusterFor(states.head, change.after));
    const secrets =
      authority === 'clusterCa' ? `${name}-cluster-ca-cert and ${name}-cluster-ca` : `${name}-clients-ca-cert and ${name}-clients-ca`;
    if (generates(change.before) && !generates(change.after))
      return [
        judged(fields, {
          id: 'kafka-own-ca',
          grade: 'unavailable',
          consequence: `The operator takes the certificate authority from the Secrets ${secrets}, renews it no more, and stops with an error where they are missing. With another authority in them, ${authority === 'clusterCa' ? 'clients that trust the old one cannot connect' : 'the certificates of all users count no more'}. ${restart}`,
          source: clusterOperator('operator/assembly/CaReconciler'),
          action: 'Put your authority into these Secrets first, with the old certificate beside it, and give it to every client.',
        }),
      ];
    if (!generates(change.before) && generates(change.after))
      return [
        judged(fields, {
          id: 'kafka-generated-ca',
          grade: 'unavailable',
          consequence: `The operator makes and renews the certificate authority itself: ${authority === 'clusterCa' ? 'clients must trust the new one' : 'users get new certificates, and the old ones end with their authority'}. ${restart}`,
          source: clusterOperator('operator/assembly/CaReconciler'),
          action: `Give every client the new certificate from ${name}-${authority === 'clusterCa' ? 'cluster' : 'clients'}-ca-cert while the old one still counts.`,
        }),
      ];
    return [
      judged(fields, {
        id: 'kafka-ca-changed',
        grade: 'safe',
        consequence: 'The certificate authority stays: what stands here counts when it is renewed next, which restarts brokers then.',
        source: sources.strimziApi,
      }),
    ];
  });
}

/** Beside the brokers: nothing of it restarts them. */
function beside(change: ResourceChange): Judged[] {
  const found: Judged[] = [];
  const exporter = fieldsAt(change, ['spec', 'kafkaExporter']);
  if (exporter.length > 0) {
    const gone = at(change.after, 'spec', 'kafkaExporter') === undefined;
    found.push(
      judged(exporter, {
        id: gone ? 'kafka-exporter-removed' : 'kafka-exporter-changed',
        grade: 'safe',
        consequence: gone
          ? 'The lag of groups is no longer measured: alerts and autoscalers that read kafka_consumergroup_lag see nothing.'
          : 'The exporter of lag restarts; brokers and clients are not touched.',
        source: sources.strimzi,
      }),
    );
  }
  const windows = fieldsAt(change, ['spec', 'maintenanceTimeWindows']);
  if (windows.length > 0)
    found.push(
      judged(windows, {
        id: 'kafka-maintenance-windows',
        grade: 'safe',
        consequence:
          listAt(change.after, 'spec', 'maintenanceTimeWindows').length === 0
            ? 'Certificates are renewed, and brokers restarted for that, at any time.'
            : 'Brokers restart for renewed certificates in these times only.',
        source: sources.strimzi,
      }),
    );
  const logging = fieldsAt(change, ['spec', 'kafka', 'logging']);
  if (logging.length > 0)
    found.push(
      judged(logging, {
        id: 'kafka-logging',
        grade: 'safe',
        consequence: 'The nodes take the new levels while they run.',
        source: 'https://strimzi.io/docs/operators/1.2.0/configuring.html#type-KafkaClusterSpec-reference',
      }),
    );
  return found;
}

/** Fields of spec.kafka that a node is started with. */
const started: Readonly<Record<string, string>> = {
  rack: 'for its rack: new replicas are placed by it, those that are there stay where they are',
  metricsConfig: 'for its metrics',
  jvmOptions: 'for its JVM',
  jmxOptions: 'for JMX',
  resources: 'for its resources',
  template: 'for its template',
  livenessProbe: 'for its probes',
  readinessProbe: 'for its probes',
  image: 'with another image',
  brokerRackInitImage: 'with another init image',
  quotas: 'for its quotas',
  tieredStorage: 'for its tiered storage',
};

function pods(change: ResourceChange, states: States): Judged[] {
  const cluster = clusterFor(states.head, change.after);
  return Object.entries(started).flatMap(([field, why]) => {
    const fields = fieldsAt(change, ['spec', 'kafka', field]);
    if (fields.length === 0) return [];
    return [
      judged(fields, {
        id: field === 'quotas' ? 'kafka-quotas' : 'kafka-rolling',
        grade: field === 'tieredStorage' && at(change.after, 'spec', 'kafka', field) === undefined ? 'unavailable' : 'rolling',
        consequence: sentences(
          `Every node is started again ${why}.`,
          restartOf(states.head, cluster),
          field === 'quotas' && 'Clients above a quota are slowed down, and writes stop when a disk has less left than it allows.',
          field === 'tieredStorage' &&
            at(change.after, 'spec', 'kafka', field) === undefined &&
            'What lies in the remote storage cannot be read any more.',
        ),
        source: sources.strimzi,
      }),
    ];
  });
}

function annotations(change: ResourceChange): Judged[] {
  return acting.flatMap(([name, said]) => {
    const fields: FieldChange[] = fieldsAt(change, ['metadata', 'annotations', name]);
    if (fields.length === 0) return [];
    const is = textAt(change.after, 'metadata', 'annotations', name);
    return [
      judged(fields, {
        path: `metadata.annotations.${name}`,
        before: textAt(change.before, 'metadata', 'annotations', name),
        after: is,
        source: sources.strimzi,
        ...said(is === 'true', shown(is ?? '')),
      }),
    ];
  });
}

type Said = Pick<Judged, 'id' | 'grade' | 'consequence'> & Partial<Pick<Judged, 'action'>>;

/** Annotations of a Kafka that its operator acts on. */
const acting: readonly (readonly [string, (isOn: boolean, value: string) => Said])[] = [
  [
    'strimzi.io/skip-broker-scaledown-check',
    (isOn) =>
      isOn
        ? {
            id: 'kafka-scale-down-unchecked',
            grade: 'safe',
            consequence: 'Nothing goes today; but from now on brokers that are removed take their replicas along, and nobody checks.',
            action: 'Leave the check on, and move the replicas away before brokers go.',
          }
        : { id: 'kafka-scale-down-checked', grade: 'safe', consequence: 'Brokers that hold replicas are not removed any more.' },
  ],
  [
    'strimzi.io/pause-reconciliation',
    (isOn) =>
      isOn
        ? {
            id: 'kafka-paused',
            grade: 'refused',
            consequence:
              'The operator applies nothing of this Kafka and its pools from now on, the other changes of this review included; certificates are not renewed either. Topics and users are still followed.',
          }
        : { id: 'kafka-resumed', grade: 'safe', consequence: 'The operator applies all that has changed while it was paused.' },
  ],
];
