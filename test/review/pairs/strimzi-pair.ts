import { indented } from './review-pair.js';

/** A manifest of Strimzi's. `spec` is YAML, as it stands below `spec`. */
export function strimzi(kind: string, name: string, spec: string, { labels = 'strimzi.io/cluster: bhf', annotations = '' } = {}): string {
  return `---
apiVersion: kafka.strimzi.io/v1
kind: ${kind}
metadata:
  name: ${name}
  namespace: kafka
${labels === '' ? '' : `  labels: {${labels}}`}
${annotations === '' ? '' : `  annotations: {${annotations}}`}
spec:
${indented(spec, 2)}
`;
}

/** Three brokers and three controllers of Kafka bhf; `kafka` is what stands below spec.kafka, `rest` below spec. */
export function cluster({
  kafka = '',
  config = '{default.replication.factor: 3, min.insync.replicas: 2}',
  listeners = '[{name: plain, port: 9092, type: internal, tls: false}]',
  version = '4.3.1',
  rest = 'entityOperator: {topicOperator: {}, userOperator: {}}',
  annotations = '',
}: {
  kafka?: string;
  config?: string;
  listeners?: string;
  version?: string;
  rest?: string;
  annotations?: string;
} = {}): string {
  const spec = ['kafka:', `  version: ${version}`, `  listeners: ${listeners}`, `  config: ${config}`, kafka && indented(kafka, 2), rest];
  return strimzi('Kafka', 'bhf', spec.filter(Boolean).join('\n'), { labels: '', annotations });
}

export const pool = (name: string, spec: string, annotations = ''): string => strimzi('KafkaNodePool', name, spec, { annotations });

export const jbod = (...volumes: readonly string[]): string => `storage: {type: jbod, volumes: [${volumes.join(', ')}]}`;

export const brokers = (replicas = 3, storage = jbod('{id: 0, type: persistent-claim, size: 100Gi, class: fast}'), more = ''): string =>
  pool('broker', `replicas: ${replicas}\nroles: [broker]\n${storage}\n${more}`);

export const controllers = (replicas = 3): string =>
  pool('controller', `replicas: ${replicas}\nroles: [controller]\n${jbod('{id: 0, type: persistent-claim, size: 10Gi}')}`);

export const topic = (spec: string, { name = 'orders.created', annotations = '', labels = 'strimzi.io/cluster: bhf' } = {}): string =>
  strimzi('KafkaTopic', name, spec, { annotations, labels });

/** A worker of Muster's; `env` as `NAME: value`. */
export function worker(
  component: 'producer' | 'consumer',
  name: string,
  env: Readonly<Record<string, string>>,
  { replicas, secret }: { replicas?: number; secret?: string } = {},
): string {
  const variables = { KAFKA_BOOTSTRAP_SERVERS: 'bhf-kafka-bootstrap:9092', KAFKA_TOPIC: 'orders.created', ...env };
  return `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: kafka
  labels: {app.kubernetes.io/managed-by: muster, app.kubernetes.io/component: ${component}}
spec:
${replicas === undefined ? '' : `  replicas: ${replicas}`}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - name: ${component}
          image: quay.io/acme/muster:1.0
          env:
${Object.entries(variables)
  .map(([key, value]) => `            - {name: ${key}, value: "${value}"}`)
  .join('\n')}
${secret === undefined ? '' : `      volumes: [{name: user, secret: {secretName: ${secret}}}]`}
`;
}
