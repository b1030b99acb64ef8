import { deployment, orders, worker } from './workload-pair.js';
import type { ReviewPair } from './review-pair.js';

const surge = '{type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}';
const member = (
  image: string,
  {
    replicas = 6,
    env = {},
    ...more
  }: { replicas?: number; env?: Readonly<Record<string, string>>; strategy?: string; kind?: 'StatefulSet'; spec?: string } = {},
): string => worker('consumer', 'inventory-service', env, { replicas, image: `quay.io/acme/workers:${image}`, ...more });
const instanceId = '{fieldRef: {fieldPath: metadata.name}}';
const rolling = 'kubernetes.io/docs/concepts/workloads/controllers/deployment, rolling update; constructs/model/rollout.ts';
const probe = (period: number, threshold: number): string =>
  `livenessProbe: {httpGet: {path: /live, port: 8080}, periodSeconds: ${period}, failureThreshold: ${threshold}}`;
const probes = 'kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes';

export const rolloutPairs: readonly ReviewPair[] = [
  {
    name: 'an image tag',
    source: rolling,
    beside: orders,
    before: member('0.1.0'),
    after: member('0.2.0'),
    says: [
      {
        id: 'image-changed',
        grade: 'rolling',
        words: ['0.1.0 → 0.2.0', '6 pods are replaced one at a time', 'up to 12 rebalances', 'a heartbeat (3s) and the record in hand'],
        not: ['inventory-service'],
      },
    ],
  },
  {
    name: 'an image of one pod',
    source: rolling,
    beside: orders,
    before: member('0.1.0', { replicas: 1 }),
    after: member('0.2.0', { replicas: 1 }),
    says: [{ id: 'image-changed', grade: 'rolling', words: ['stops before the new one starts', 'up to 2 rebalances'] }],
  },
  {
    name: 'an image with a surge: more members than there were',
    source: rolling,
    beside: orders,
    before: member('0.1.0', { strategy: surge }),
    after: member('0.2.0', { strategy: surge }),
    says: [{ id: 'image-changed', grade: 'rolling', words: ['one at a time, with up to 7 there at once', '12 rebalances'] }],
  },
  {
    name: 'an image under Recreate',
    source: 'kubernetes.io/docs/concepts/workloads/controllers/deployment, recreate',
    beside: orders,
    before: member('0.1.0', { strategy: '{type: Recreate}' }),
    after: member('0.2.0', { strategy: '{type: Recreate}' }),
    says: [{ id: 'image-changed', grade: 'rolling', words: ['All of 6 pods stop before', 'nothing runs', 'up to 6 rebalances'] }],
  },
  {
    name: 'an image of static members that keep their names',
    source: 'Kafka documentation, static_membership',
    beside: orders,
    before: member('0.1.0', { kind: 'StatefulSet', env: { KAFKA_CLIENT: 'librdkafka', CONSUMER_GROUP_INSTANCE_ID: instanceId } }),
    after: member('0.2.0', { kind: 'StatefulSet', env: { KAFKA_CLIENT: 'librdkafka', CONSUMER_GROUP_INSTANCE_ID: instanceId } }),
    says: [{ id: 'image-changed', grade: 'rolling', words: ['static', 'no rebalance where a pod is back within the session (10s)'] }],
  },
  {
    name: 'an image of static members of a Deployment, whose names change',
    source: 'Kafka documentation, static_membership; kubernetes.io: pods of a Deployment get new names',
    beside: orders,
    before: member('0.1.0', { replicas: 3, env: { KAFKA_CLIENT: 'librdkafka', CONSUMER_GROUP_INSTANCE_ID: instanceId } }),
    after: member('0.2.0', { replicas: 3, env: { KAFKA_CLIENT: 'librdkafka', CONSUMER_GROUP_INSTANCE_ID: instanceId } }),
    says: [
      { id: 'image-changed', grade: 'rolling', words: ['new pods have new names', 'until its session is over (10s)', '6 rebalances'] },
    ],
  },
  {
    name: 'an image of a StatefulSet on which nothing is replaced by itself',
    source: 'kubernetes.io/docs/concepts/workloads/controllers/statefulset, on-delete',
    beside: orders,
    before: member('0.1.0', { kind: 'StatefulSet', spec: 'updateStrategy: {type: OnDelete}' }),
    after: member('0.2.0', { kind: 'StatefulSet', spec: 'updateStrategy: {type: OnDelete}' }),
    says: [{ id: 'image-changed', grade: 'safe', words: ['OnDelete', 'until somebody deletes them'] }],
  },
  {
    name: 'the tag latest',
    source: 'kubernetes.io/docs/concepts/containers/images',
    before: deployment('shop', { image: 'quay.io/acme/shop:1' }),
    after: deployment('shop', { image: 'quay.io/acme/shop:latest' }),
    says: [
      { id: 'image-tag-mutable', grade: 'rolling', words: ['the tag that moves', 'Name a version or a digest'] },
      { id: 'image-changed', grade: 'rolling', words: ['1 → latest', '2 pods are replaced', 'up to 3 there at once'], not: ['rebalance'] },
    ],
  },
  {
    name: 'the environment of anybody’s pods',
    source: rolling,
    before: deployment('shop', { replicas: 4, env: '[{name: SIZE, value: "1"}]' }),
    after: deployment('shop', { replicas: 4, env: '[{name: SIZE, value: "2"}]' }),
    says: [{ id: 'workload-rolls', grade: 'rolling', words: ['4 pods are replaced 2 at a time, with up to 5 there at once'] }],
  },
  {
    name: 'strategy to Recreate',
    source: 'kubernetes.io/docs/concepts/workloads/controllers/deployment, recreate',
    beside: orders,
    before: member('0.1.0'),
    after: member('0.1.0', { strategy: '{type: Recreate}' }),
    says: [{ id: 'rollout-strategy', grade: 'unavailable', words: ['Nothing restarts now', 'all of 6 pods stop'] }],
  },
  {
    name: 'a surge for a consumer group',
    source: rolling,
    beside: orders,
    before: member('0.1.0'),
    after: member('0.1.0', { strategy: surge }),
    says: [{ id: 'rollout-strategy', grade: 'safe', words: ['up to 7 there at once', 'Keep maxSurge 0'] }],
  },
  {
    name: 'a grace period below the worker’s own time to stop',
    source: 'kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle, pod termination; workers/contract.ts SHUTDOWN_DEADLINE_MS',
    beside: orders,
    before: worker('consumer', 'inventory-service', {}, { pod: 'terminationGracePeriodSeconds: 30' }),
    after: worker('consumer', 'inventory-service', {}, { pod: 'terminationGracePeriodSeconds: 10' }),
    says: [
      {
        id: 'grace-period-short',
        grade: 'rolling',
        words: ['killed 10s after SIGTERM', 'up to 25s', 'done again', 'session (10s)', 'terminationGracePeriodSeconds to 30'],
      },
      { id: 'workload-rolls', grade: 'rolling' },
    ],
  },
  {
    name: 'a grace period that cuts a producer’s buffer off',
    source: 'kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle, pod termination',
    beside: orders,
    before: worker('producer', 'feed', {}, { pod: 'terminationGracePeriodSeconds: 30' }),
    after: worker('producer', 'feed', {}, { pod: 'terminationGracePeriodSeconds: 5' }),
    says: [
      { id: 'grace-period-short', grade: 'data-loss', words: ['loses the records that still wait'] },
      { id: 'workload-rolls', grade: 'rolling' },
    ],
  },
  {
    name: 'a liveness probe that kills a slow start',
    source: probes,
    before: deployment('shop', { container: probe(10, 3) }),
    after: deployment('shop', { container: probe(2, 2) }),
    says: [
      { id: 'liveness-probe-tight', grade: 'unavailable', words: ['within about 4 s', 'restart loop', 'startupProbe'] },
      { id: 'workload-rolls', grade: 'rolling' },
    ],
  },
  {
    name: 'no readiness probe any more',
    source: probes,
    before: deployment('shop', { container: 'readinessProbe: {httpGet: {path: /ready, port: 8080}}' }),
    after: deployment('shop'),
    says: [
      { id: 'readiness-probe-removed', grade: 'rolling', words: ['before the new one works'] },
      { id: 'workload-rolls', grade: 'rolling' },
    ],
  },
  {
    name: 'less memory',
    source: 'kubernetes.io/docs/concepts/configuration/manage-resources-containers',
    before: deployment('shop', { container: 'resources: {limits: {memory: 512Mi}}' }),
    after: deployment('shop', { container: 'resources: {limits: {memory: 128Mi}}' }),
    says: [
      { id: 'memory-limit-lower', grade: 'rolling', words: ['OOMKilled', '128Mi, before above 512Mi'] },
      { id: 'workload-rolls', grade: 'rolling' },
    ],
  },
  {
    name: 'a failure log from a claim to the pod',
    source: 'kubernetes.io/docs/concepts/storage/volumes, emptydir',
    before: deployment('shop', { pod: 'volumes: [{name: log, persistentVolumeClaim: {claimName: log}}]' }),
    after: deployment('shop', { pod: 'volumes: [{name: log, emptyDir: {}}]' }),
    says: [
      { id: 'volume-claim-left', grade: 'data-loss', words: ['was claim log', 'emptyDir, which ends with its pod'] },
      { id: 'workload-rolls', grade: 'rolling' },
    ],
  },
];
