import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../../constructs/model/resource.js';
import { compareResources } from '../../scripts/review/compare.js';
import { readText } from '../../scripts/check/text.js';

const read = (text: string): Resource[] => readText(text, 'a.yaml').declared.map(({ resource }) => resource);
/** The differences as a person reads them: `path: before → after`. */
function differences(base: string, head: string): string[] {
  return compareResources(read(base), read(head)).flatMap(({ how, before, after, fields }) =>
    how === 'changed' || how === 'renamed'
      ? fields.map(({ path, ...values }) => `${path}: ${JSON.stringify(values.before)} → ${JSON.stringify(values.after)}`)
      : [`${how} ${(before ?? after)?.kind ?? ''} ${(before ?? after)?.metadata.name ?? ''}`],
  );
}

const deployment = (spec: string, pod = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: kafka, labels: {app: app}}
spec:
  selector: {matchLabels: {app: app}}
  ${spec}
  template:
    metadata: {labels: {app: app}}
    spec:
      ${pod}
      containers:
        - name: main
          image: quay.io/acme/app:1.0
          env:
            - {name: A, value: "1"}
            - {name: B, value: "2"}
          ports: [{name: http, containerPort: 8080}]
          resources: {limits: {cpu: 1000m, memory: 1Gi}, requests: {cpu: 500m, memory: 1Gi}}
          volumeMounts: [{name: tmp, mountPath: /tmp}]
      volumes: [{name: tmp, emptyDir: {}}]
`;
const kafka = (config: string, listeners = '[{name: plain, port: 9092, type: internal, tls: false}]'): string => `
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: k, namespace: kafka}
spec:
  kafka:
    version: 4.3.1
    listeners: ${listeners}
    config: ${config}
`;
const topic = (spec: string, name = 'orders'): string => `
apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata: {name: ${name}, namespace: kafka, labels: {strimzi.io/cluster: k}}
spec: ${spec}
`;
const user = (acls: string): string => `
apiVersion: kafka.strimzi.io/v1
kind: KafkaUser
metadata: {name: u, labels: {strimzi.io/cluster: k}}
spec: {authorization: {type: simple, acls: ${acls}}}
`;
const together = (...texts: string[]): string => texts.join('\n---\n');

describe('what means the same', () => {
  it.each<readonly [string, string, string]>([
    ['quantities', deployment(''), deployment('').replace('cpu: 1000m, memory: 1Gi}, r', 'cpu: 1, memory: 1024Mi}, r')],
    [
      'defaults of a Deployment',
      deployment(''),
      deployment('replicas: 1\n  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}'),
    ],
    ['defaults of a pod', deployment(''), deployment('', 'terminationGracePeriodSeconds: 30\n      restartPolicy: Always')],
    ['the pull policy of a tag', deployment(''), deployment('').replace('app:1.0', 'app:1.0\n          imagePullPolicy: IfNotPresent')],
    ['a protocol', deployment(''), deployment('').replace('8080}', '8080, protocol: TCP}')],
    ['the order of env', deployment(''), deployment('').replace(/(- \{name: A.*)\n(\s*)(- \{name: B.*)/, '$3\n$2$1')],
    ['comments', deployment(''), `# a comment\n${deployment('')}`],
    ['requests that are the limits', limited('limits: {cpu: 1}'), limited('limits: {cpu: 1}, requests: {cpu: 1000m}')],
    ['numbers as text in a config', kafka('{min.insync.replicas: 2}'), kafka('{min.insync.replicas: "2"}')],
    ['booleans as text in a config', kafka('{auto.create.topics.enable: false}'), kafka('{auto.create.topics.enable: "false"}')],
    ["an option at Kafka's default", kafka('{}'), kafka('{num.partitions: 1, log.retention.hours: 168}')],
    [
      'a topic that says what its brokers say',
      together(kafka('{log.retention.hours: 24}'), topic('{}')),
      together(kafka('{log.retention.hours: 24}'), topic('{config: {retention.ms: 86400000}}')),
    ],
    [
      "partitions of a topic from its brokers'",
      together(kafka('{num.partitions: 6}'), topic('{}')),
      together(kafka('{num.partitions: 6}'), topic('{partitions: 6}')),
    ],
    [
      'cleanup policies in another order',
      topic('{config: {cleanup.policy: "compact,delete"}}'),
      topic('{config: {cleanup.policy: "delete, compact"}}'),
    ],
    ['the topic said by its own name', topic('{}'), topic('{topicName: orders}')],
    [
      'operations of an ACL in another order',
      user('[{resource: {type: topic, name: t, patternType: literal}, operations: [Read, Describe]}]'),
      user('[{type: allow, host: "*", resource: {type: topic, name: t}, operations: [Describe, Read]}]'),
    ],
    [
      'ACLs in another order',
      user('[{resource: {type: cluster}, operations: [Create]}, {resource: {type: group, name: g}, operations: [Read]}]'),
      user('[{resource: {type: group, name: g}, operations: [Read]}, {resource: {type: cluster}, operations: [Create]}]'),
    ],
    ['null', topic('{}'), topic('{partitions: null}')],
    [
      'what the API server keeps',
      topic('{}'),
      topic('{}').replace(
        'namespace: kafka',
        'namespace: kafka, uid: abc, generation: 2, annotations: {kubectl.kubernetes.io/last-applied-configuration: x}',
      ) + 'status: {topicId: x}\n',
    ],
    ['the order of documents', together(topic('{}', 'a'), topic('{}', 'b')), together(topic('{}', 'b'), topic('{}', 'a'))],
    [
      'a Secret written plainly',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {p: aHVudGVy}',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: Opaque\nstringData: {p: hunter}',
    ],
  ])('%s', (_, base, head) => {
    expect(differences(base, head)).toEqual([]);
    expect(differences(head, base)).toEqual([]);
  });
});

function limited(resources: string): string {
  return deployment('').replace(/resources: .*/, `resources: {${resources}}`);
}

describe('what differs', () => {
  it.each<readonly [string, string, string, readonly string[]]>([
    [
      'a value in an entry that moved',
      deployment(''),
      deployment('').replace(/- \{name: A.*\n(\s*)(- \{name: B.*)/, '$2\n$1- {name: A, value: "3"}'),
      ['spec.template.spec.containers[main].env[A].value: "1" → "3"'],
    ],
    ['a default that is left', deployment(''), deployment('replicas: 3'), ['spec.replicas: undefined → 3']],
    [
      'the pull policy that latest has',
      deployment('').replace('app:1.0', 'app'),
      deployment('').replace('app:1.0', 'app:1.0\n          imagePullPolicy: Always'),
      ['spec.template.spec.containers[main].image: "quay.io/acme/app" → "quay.io/acme/app:1.0"'],
    ],
    [
      'a subtree, once',
      deployment(''),
      deployment('').replace('volumeMounts:', 'livenessProbe: {httpGet: {port: http}}\n          volumeMounts:'),
      ['spec.template.spec.containers[main].livenessProbe: undefined → {"httpGet":{"port":"http"}}'],
    ],
    [
      'an option that has dots',
      topic('{config: {retention.ms: 1}}'),
      topic('{config: {retention.ms: 2}}'),
      ['spec.config.retention.ms: 1 → 2'],
    ],
    [
      'an option whose brokers are unknown',
      topic('{}'),
      topic('{config: {retention.ms: 604800000}}'),
      ['spec.config.retention.ms: undefined → 604800000'],
    ],
    [
      'a listener',
      kafka('{}'),
      kafka('{}', '[{name: plain, port: 9092, type: internal, tls: true}]'),
      ['spec.kafka.listeners[plain].tls: false → true'],
    ],
    [
      'roles, as one value',
      'apiVersion: kafka.strimzi.io/v1\nkind: KafkaNodePool\nmetadata: {name: p}\nspec: {roles: [broker, controller]}',
      'apiVersion: kafka.strimzi.io/v1\nkind: KafkaNodePool\nmetadata: {name: p}\nspec: {roles: [broker]}',
      ['spec.roles: ["broker","controller"] → ["broker"]'],
    ],
    [
      'an ACL, as a whole',
      user('[{resource: {type: cluster}, operations: [Create]}]'),
      user('[{resource: {type: cluster}, operations: [Create, Alter]}]'),
      [
        'spec.authorization.acls[0]: {"resource":{"type":"cluster"},"operations":["Create"]} → undefined',
        'spec.authorization.acls[0]: undefined → {"resource":{"type":"cluster"},"operations":["Create","Alter"]}',
      ],
    ],
    [
      'an API version',
      topic('{}'),
      topic('{}').replace('io/v1', 'io/v1beta2'),
      ['apiVersion: "kafka.strimzi.io/v1" → "kafka.strimzi.io/v1beta2"'],
    ],
    [
      'a topic whose resource has another name',
      topic('{}'),
      topic('{topicName: orders}', 'orders-v2'),
      ['metadata.name: "orders" → "orders-v2"'],
    ],
    ['a rename', topic('{partitions: 3}'), topic('{partitions: 3}', 'new'), ['metadata.name: "orders" → "new"']],
    [
      'no rename where more than the name differs',
      topic('{partitions: 3}'),
      topic('{partitions: 4}', 'new'),
      ['removed KafkaTopic orders', 'added KafkaTopic new'],
    ],
    [
      'a rename with the labels that come from the name',
      deployment(''),
      deployment('').replace(/: app(?=[},])/g, ': app2'),
      [
        'spec.selector.matchLabels.app: "app" → "app2"',
        'spec.template.metadata.labels.app: "app" → "app2"',
        'metadata.name: "app" → "app2"',
        'metadata.labels.app: "app" → "app2"',
      ],
    ],
    [
      'what a Secret holds, unseen',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {p: aHVudGVy}',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: hunter2, q: x}',
      ['data.p: "(hidden)" → "(hidden)"', 'data.q: undefined → "(hidden)"'],
    ],
    ['what came and went', topic('{partitions: 1}', 'a'), deployment(''), ['removed KafkaTopic a', 'added Deployment app']],
  ])('%s', (_, base, head, expected) => expect(differences(base, head)).toEqual(expected));
});
