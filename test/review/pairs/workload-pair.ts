import { indented } from './review-pair.js';

/** Any object; `spec` is YAML as it stands below `spec`, or nothing. */
export const object = (
  kind: string,
  name: string,
  spec = '',
  { apiVersion = 'v1', labels = '', annotations = '', rest = '', namespace = 'kafka' } = {},
): string => `---
apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${name}
${namespace === '' ? '' : `  namespace: ${namespace}`}
${labels === '' ? '' : `  labels: {${labels}}`}
${annotations === '' ? '' : `  annotations: {${annotations}}`}
${rest}
${spec === '' ? '' : `spec:\n${indented(spec, 2)}`}
`;

/** Orders in 6 partitions, 3 times, in a Kafka with a plain listener on 9092 and a TLS one with passwords on 9093. */
export const kafka =
  object(
    'Kafka',
    'bhf-kafka',
    `kafka:
  version: 4.3.1
  listeners:
    - {name: plain, port: 9092, type: internal, tls: false}
    - {name: scram, port: 9093, type: internal, tls: true, authentication: {type: scram-sha-512}}
  config: {min.insync.replicas: 2, default.replication.factor: 3}`,
    { apiVersion: 'kafka.strimzi.io/v1' },
  ) +
  object('KafkaNodePool', 'broker', 'replicas: 3\nroles: [broker]\nstorage: {type: ephemeral}', {
    apiVersion: 'kafka.strimzi.io/v1',
    labels: 'strimzi.io/cluster: bhf-kafka',
  });

export const topic = (name: string, partitions = 6, config = '{}'): string =>
  object('KafkaTopic', name, `partitions: ${partitions}\nreplicas: 3\nconfig: ${config}`, {
    apiVersion: 'kafka.strimzi.io/v1',
    labels: 'strimzi.io/cluster: bhf-kafka',
  });

export const orders = kafka + topic('orders.created');

/** What of a worker's manifest a pair changes. */
export interface WorkerShape {
  readonly kind?: 'Deployment' | 'StatefulSet';
  readonly replicas?: number;
  readonly image?: string;
  readonly strategy?: string;
  /** YAML of more fields of the pod, of the container, and of the object's spec. */
  readonly pod?: string;
  readonly container?: string;
  readonly spec?: string;
  readonly label?: string;
  readonly selector?: string;
}

/** A worker of Muster's, with the strategy that Muster writes. */
export function worker(
  component: 'producer' | 'consumer' | 'api',
  name: string,
  env: Readonly<Record<string, string>> = {},
  {
    kind = 'Deployment',
    replicas,
    image = 'quay.io/acme/workers:0.1.0',
    strategy,
    pod = '',
    container = '',
    spec = '',
    label = name,
    selector = name,
  }: WorkerShape = {},
): string {
  const variables = {
    KAFKA_BOOTSTRAP_SERVERS: 'bhf-kafka-kafka-bootstrap:9092',
    KAFKA_TOPIC: 'orders.created',
    ...(component === 'consumer' && { KAFKA_GROUP_ID: 'inventory' }),
    ...env,
  };
  const update =
    kind === 'Deployment' ? `strategy: ${strategy ?? '{type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}'}` : '';
  return object(
    kind,
    name,
    [
      replicas === undefined ? '' : `replicas: ${replicas}`,
      `selector: {matchLabels: {app: ${selector}}}`,
      kind === 'StatefulSet' ? `serviceName: ${name}-pods` : update,
      spec,
      `template:
  metadata: {labels: {app: ${label}}}
  spec:
${indented(pod === '' ? 'terminationGracePeriodSeconds: 30' : pod, 4)}
    containers:
      - name: ${component}
        image: ${image}
        env:
${Object.entries(variables)
  .map(([key, value]) => `          - {name: ${key}, ${value.startsWith('{') ? `valueFrom: ${value}` : `value: "${value}"`}}`)
  .join('\n')}
${indented(container, 8)}`,
    ]
      .filter(Boolean)
      .join('\n'),
    { apiVersion: 'apps/v1', labels: `app.kubernetes.io/managed-by: muster, app.kubernetes.io/component: ${component}` },
  );
}

/** Anybody's Deployment, of which nothing is known but what Kubernetes does. */
export const deployment = (
  name: string,
  { replicas = 2, image = 'quay.io/acme/shop:1', env = '', pod = '', container = '' } = {},
): string =>
  object(
    'Deployment',
    name,
    `replicas: ${replicas}
selector: {matchLabels: {app: ${name}}}
template:
  metadata: {labels: {app: ${name}}}
  spec:
${indented(pod === '' ? 'restartPolicy: Always' : pod, 4)}
    containers:
      - name: shop
        image: ${image}
${env === '' ? '' : indented(`env: ${env}`, 8)}
${container === '' ? '' : indented(container, 8)}`,
    { apiVersion: 'apps/v1' },
  );
