import { MusterError } from './error.js';
import { expandKeys } from './keys.js';
import { at, numberAt, shown, textAt } from './resource.js';
import { rule, sources, type Rule, type Subject } from './rule.js';
import { didYouMean } from './suggest.js';
import { settingOf, type System, type WorkerView } from './system.js';
import { formatSize, parseQuantity } from './units.js';
import { settingProblem } from './worker-setting.js';

/** Why a heartbeat does not go with a session, or undefined: two lost heartbeats must not cost the membership. Both in ms. */
export function heartbeatProblem(heartbeatMs: number, sessionMs: number): string | undefined {
  if (heartbeatMs * 3 < sessionMs) return undefined;
  return `a heartbeat every ${heartbeatMs} ms is too slow for a session of ${sessionMs} ms: it must stay below a third of it; set the heartbeat to ${Math.max(1, Math.ceil(sessionMs / 3) - 1)} ms or less, or the session above ${heartbeatMs * 3} ms`;
}

const workers = (system: System): readonly WorkerView[] => system.workers;
const consumers = (system: System): WorkerView[] => system.workers.filter(({ component }) => component === 'consumer');
const producers = (system: System): WorkerView[] => system.workers.filter(({ component }) => component === 'producer');
const apis = (system: System): WorkerView[] => system.workers.filter(({ component }) => component === 'api');
/** Producers, and the APIs that are one. */
const writers = (system: System): WorkerView[] => system.workers.filter(({ component }) => component !== 'consumer');
const envPath = (variable: string): string => `spec.template.spec.containers[0].env.${variable}`;
const name = (worker: WorkerView): string => worker.resource.metadata.name;

/** A whole number among the settings; undefined when it is none, which another rule says. */
function integer(worker: WorkerView, variable: string): number | undefined {
  const value = settingOf(worker, variable);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

interface VariableView extends Subject {
  readonly worker: WorkerView;
  readonly variable: string;
  /** Undefined when only the running pod knows it. */
  readonly value: string | undefined;
}

const variables = (system: System): VariableView[] =>
  system.workers.flatMap((worker) => [...worker.env].map(([variable, value]) => ({ resource: worker.resource, worker, variable, value })));

const missing = (system: System): VariableView[] =>
  system.workers.flatMap((worker) =>
    Object.entries(worker.contract)
      .filter(([variable, setting]) => setting.default === undefined && !worker.env.has(variable))
      .map(([variable]) => ({ resource: worker.resource, worker, variable, value: undefined })),
  );

/** A variable that another one's value asks for. */
interface NeedView extends Subject {
  readonly worker: WorkerView;
  readonly variable: string;
  readonly by: string;
  readonly value: string;
}

const needs = (system: System): NeedView[] =>
  system.workers.flatMap((worker) =>
    Object.entries(worker.contract).flatMap(([by, setting]) => {
      const value = settingOf(worker, by) ?? '';
      return (
        (Object.hasOwn(setting.needs ?? {}, value) ? (setting.needs?.[value] ?? []) : [])
          // A value that only the running pod knows is one.
          .filter((variable) => (worker.env.has(variable) ? worker.env.get(variable) === '' : true))
          .map((variable) => ({ resource: worker.resource, worker, variable, by, value }))
      );
    }),
  );

/** A bootstrap address that names a Kafka of Strimzi's. */
interface BootstrapView extends Subject {
  readonly worker: WorkerView;
  readonly address: string;
  readonly cluster: string;
  readonly namespace: string | undefined;
  readonly port: number;
}

const bootstraps = (system: System): BootstrapView[] =>
  system.workers.flatMap((worker) =>
    (worker.env.get('KAFKA_BOOTSTRAP_SERVERS') ?? '').split(',').flatMap((address): BootstrapView[] => {
      const match = /^([a-z0-9-]+)-kafka-bootstrap(?:\.([a-z0-9-]+)(?:\.svc(?:\..+)?)?)?:(\d+)$/.exec(address.trim());
      if (match === null) return [];
      const namespace = match[2] ?? worker.resource.metadata.namespace;
      return [{ resource: worker.resource, worker, address: address.trim(), cluster: match[1] ?? '', namespace, port: Number(match[3]) }];
    }),
  );

function portsOf(system: System, { cluster, namespace }: BootstrapView): number[] | undefined {
  const found = system.clusters.find(
    ({ name: known, resource }) =>
      known === cluster &&
      (namespace === undefined || resource.metadata.namespace === undefined || resource.metadata.namespace === namespace),
  );
  const listeners = found && at(found.resource, 'spec', 'kafka', 'listeners');
  return found && (Array.isArray(listeners) ? listeners : []).flatMap((listener) => numberAt(listener, 'port') ?? []);
}

/** Replicas that the manifest asks for, or says it must have room for. */
const replicasOf = ({ resource }: WorkerView): { count: number; path: string } | undefined => {
  const declared = numberAt(resource, 'spec', 'replicas');
  if (declared !== undefined) return { count: declared, path: 'spec.replicas' };
  const room = numberAt(resource, 'metadata', 'annotations', 'muster.dev/max-replicas');
  return room === undefined ? undefined : { count: room, path: 'metadata.annotations.muster.dev/max-replicas' };
};

/** Of all topics that a consumer reads; undefined when one of them is not declared, or does not say. */
function partitionsOf(worker: WorkerView): number | undefined {
  const each = worker.topics.filter(({ operation }) => operation === 'Read').map(({ declared }) => declared?.partitions);
  return each.some((count) => count === undefined) ? undefined : each.reduce<number>((sum, count = 0) => sum + count, 0);
}

/** What is wrong with patterns of keys. Many producers often have the same, of thousands of keys. */
const problems = new Map<string, string | undefined>();

function keysProblem(worker: WorkerView): string | undefined {
  const patterns = settingOf(worker, 'PRODUCER_KEYS') ?? '';
  if (!problems.has(patterns)) problems.set(patterns, problemOf(patterns));
  return problems.get(patterns);
}

function problemOf(patterns: string): string | undefined {
  try {
    expandKeys(patterns);
    return undefined;
  } catch (error) {
    if (error instanceof MusterError) return error.message;
    throw error;
  }
}

/** Longest time from a record's arrival to the answer to its first request, in ms. */
const oneAttempt = (worker: WorkerView): number =>
  (integer(worker, 'PRODUCER_LINGER_MS') ?? 0) + (integer(worker, 'PRODUCER_REQUEST_TIMEOUT_MS') ?? 0);

const memoryLimit = (worker: WorkerView): number | undefined =>
  parseQuantity(textAt(worker.resource, 'spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'memory') ?? '');

const longestRequest = (worker: WorkerView): number =>
  (integer(worker, 'API_DRAIN_MS') ?? 0) + (integer(worker, 'PRODUCER_DELIVERY_TIMEOUT_MS') ?? 0);

/** Records of one partition that are in work at a time. */
const recordsInWork = (worker: WorkerView): number =>
  Math.max(integer(worker, 'CONSUMER_BATCH_RECORDS') ?? 1, integer(worker, 'CONSUMER_CONCURRENCY') ?? 1);
const largestRecord = ({ topic }: WorkerView): number =>
  (topic && (numberAt(topic.resource, 'spec', 'config', 'max.message.bytes') ?? numberAt(topic.cluster?.config, 'message.max.bytes'))) ??
  1_048_588;
const inWork = (worker: WorkerView): number => (recordsInWork(worker) === 1 ? 0 : recordsInWork(worker) * largestRecord(worker));

const strangePartitions = (worker: WorkerView): string[] =>
  (settingOf(worker, 'PRODUCER_PARTITIONS') ?? '')
    .split(',')
    .filter((partition) => partition !== '' && Number(partition) >= (worker.topic?.partitions ?? Infinity));

export const workerRules: readonly Rule[] = [
  rule<VariableView>({
    id: 'worker-variable-unknown',
    what: 'a variable that the worker does not read',
    severity: 'error',
    source: sources.contract,
    subjects: variables,
    broken: ({ worker, variable }) => !Object.hasOwn(worker.contract, variable),
    path: ({ variable }) => envPath(variable),
    message: ({ worker, variable }) =>
      `${variable} is no variable of ${worker.component === 'api' ? 'an' : 'a'} ${worker.component}${didYouMean(variable, Object.keys(worker.contract))}: the worker would not read it; correct or remove it`,
  }),
  rule<VariableView>({
    id: 'worker-variable-invalid',
    what: 'a value that the worker does not take',
    severity: 'error',
    source: sources.contract,
    subjects: variables,
    broken: ({ worker, variable, value }) => {
      const setting = worker.contract[variable];
      return setting !== undefined && value !== undefined && settingProblem(variable, setting, value) !== undefined;
    },
    path: ({ variable }) => envPath(variable),
    message: ({ worker, variable, value = '' }) => {
      const setting = worker.contract[variable];
      return setting === undefined ? '' : (settingProblem(variable, setting, value) ?? '');
    },
  }),
  rule<VariableView>({
    id: 'worker-variable-missing',
    what: 'a variable without default that is not set',
    severity: 'error',
    source: sources.contract,
    subjects: missing,
    broken: () => true,
    path: ({ variable }) => envPath(variable),
    message: ({ worker, variable }) =>
      `${variable} is missing and has no default: ${worker.contract[variable]?.description ?? ''}; without it the ${worker.component} ends at once`,
  }),
  rule<NeedView>({
    id: 'worker-variable-needed',
    what: 'a variable without which a choice does not go, as a handler without its output topic',
    severity: 'error',
    source: sources.contract,
    subjects: needs,
    broken: () => true,
    path: ({ variable }) => envPath(variable),
    message: ({ worker, variable, by, value }) =>
      `${by} is ${value}, which needs ${variable}: ${worker.contract[variable]?.description ?? ''}; without it the ${worker.component} ends at once`,
  }),
  rule<BootstrapView>({
    id: 'worker-bootstrap-unknown',
    what: 'an address that leads to no listener',
    severity: 'error',
    source: sources.strimzi,
    subjects: bootstraps,
    broken: (view, system) => system.clusters.length > 0 && !(portsOf(system, view) ?? []).includes(view.port),
    path: envPath('KAFKA_BOOTSTRAP_SERVERS'),
    message: (view, system) => {
      const ports = portsOf(system, view);
      if (ports !== undefined)
        return `${view.address}: Kafka ${view.cluster} has no listener on port ${view.port}; it listens on ${ports.join(', ')}`;
      const elsewhere = system.clusters.find(({ name: known }) => known === view.cluster)?.resource.metadata.namespace;
      if (elsewhere !== undefined) {
        return `${view.address} is looked up in namespace ${view.namespace ?? ''}, but Kafka ${view.cluster} is in ${elsewhere}: write ${view.cluster}-kafka-bootstrap.${elsewhere}.svc:${view.port}, or move the worker`;
      }
      return `${view.address} names Kafka ${view.cluster}, which is not declared${didYouMean(
        view.cluster,
        system.clusters.map(({ name: known }) => known),
      )}: use ${system.clusters.map(({ name: known }) => `${known}-kafka-bootstrap`).join(' or ')}`;
    },
  }),
  rule<WorkerView>({
    id: 'worker-heartbeat-slow',
    what: 'a heartbeat too slow for the session',
    severity: 'error',
    source: sources.kafkaConsumer,
    subjects: consumers,
    broken: (worker) => {
      const [heartbeat, session] = [integer(worker, 'CONSUMER_HEARTBEAT_INTERVAL_MS'), integer(worker, 'CONSUMER_SESSION_TIMEOUT_MS')];
      // With the protocol consumer both are the broker's.
      if (settingOf(worker, 'CONSUMER_GROUP_PROTOCOL') === 'consumer') return false;
      return heartbeat !== undefined && session !== undefined && heartbeatProblem(heartbeat, session) !== undefined;
    },
    path: envPath('CONSUMER_HEARTBEAT_INTERVAL_MS'),
    message: (worker) =>
      heartbeatProblem(integer(worker, 'CONSUMER_HEARTBEAT_INTERVAL_MS') ?? 0, integer(worker, 'CONSUMER_SESSION_TIMEOUT_MS') ?? 0) ?? '',
  }),
  rule<WorkerView>({
    id: 'worker-grace-short',
    what: 'a grace period shorter than the shutdown',
    severity: 'error',
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination',
    subjects: workers,
    broken: (worker) => {
      const deadline = integer(worker, 'SHUTDOWN_DEADLINE_MS');
      return deadline !== undefined && graceSeconds(worker) * 1000 <= deadline;
    },
    path: 'spec.template.spec.terminationGracePeriodSeconds',
    message: (worker) => {
      const deadline = integer(worker, 'SHUTDOWN_DEADLINE_MS') ?? 0;
      return `${worker.component} ${name(worker)} may take ${deadline} ms to stop, but is killed after ${graceSeconds(worker)} s: work that was not committed is done again; set terminationGracePeriodSeconds to ${Math.ceil(deadline / 1000) + 5}, or lower SHUTDOWN_DEADLINE_MS`;
    },
  }),
  rule<WorkerView>({
    id: 'worker-replicas-above-partitions',
    what: 'more members than partitions',
    severity: 'info',
    source: 'https://kafka.apache.org/43/documentation.html#intro_consumers',
    subjects: consumers,
    broken: (worker) => (replicasOf(worker)?.count ?? 0) > (partitionsOf(worker) ?? Infinity),
    path: (worker) => replicasOf(worker)?.path ?? 'spec.replicas',
    message: (worker) => {
      const [count, partitions] = [replicasOf(worker)?.count ?? 0, partitionsOf(worker) ?? 0];
      return `${count} members share ${partitions} partitions: ${count - partitions} would be idle; ${partitions} do the same work, or give ${worker.topic?.name ?? ''} more partitions (which moves keys)`;
    },
  }),
  rule<WorkerView>({
    id: 'worker-surge',
    what: 'a rollout that runs more members than declared',
    severity: 'warning',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-surge',
    subjects: consumers,
    broken: (worker) =>
      settingOf(worker, 'CONSUMER_ASSIGNOR') === 'roundrobin' &&
      settingOf(worker, 'CONSUMER_GROUP_PROTOCOL') !== 'consumer' &&
      // A StatefulSet replaces its pods one by one and never runs more.
      worker.resource.kind === 'Deployment' &&
      textAt(worker.resource, 'spec', 'strategy', 'type') !== 'Recreate' &&
      parseInt(shown(at(worker.resource, 'spec', 'strategy', 'rollingUpdate', 'maxSurge') ?? '25%'), 10) !== 0,
    path: 'spec.strategy.rollingUpdate.maxSurge',
    message: (worker) =>
      `${name(worker)} may run more members than declared during a rollout: each extra one stops the whole group twice, when it joins and when it leaves; set maxSurge 0 and maxUnavailable 1`,
  }),
  rule<WorkerView>({
    id: 'producer-idempotence-acks',
    what: 'idempotence without acks=all',
    severity: 'error',
    source: sources.kafkaProducer,
    subjects: writers,
    broken: (worker) => settingOf(worker, 'PRODUCER_IDEMPOTENCE') === 'true' && settingOf(worker, 'PRODUCER_ACKS') !== 'all',
    path: envPath('PRODUCER_ACKS'),
    message: (worker) =>
      `PRODUCER_IDEMPOTENCE is true with PRODUCER_ACKS ${settingOf(worker, 'PRODUCER_ACKS') ?? ''}: idempotence needs acks all; set PRODUCER_ACKS to all or PRODUCER_IDEMPOTENCE to false`,
  }),
  rule<WorkerView>({
    id: 'producer-keys-invalid',
    what: 'a pattern of keys that cannot be expanded',
    severity: 'error',
    source: sources.contract,
    subjects: producers,
    broken: (worker) => keysProblem(worker) !== undefined,
    path: envPath('PRODUCER_KEYS'),
    message: (worker) => `PRODUCER_KEYS: ${keysProblem(worker) ?? ''}`,
  }),
  rule<WorkerView>({
    id: 'producer-buffer-above-memory',
    what: 'a buffer that does not fit the memory limit',
    severity: 'error',
    source: sources.kafkaProducer,
    subjects: writers,
    // Half of the memory is left for the process itself.
    broken: (worker) => (integer(worker, 'PRODUCER_BUFFER_BYTES') ?? 0) > (memoryLimit(worker) ?? Infinity) / 2,
    path: envPath('PRODUCER_BUFFER_BYTES'),
    message: (worker) => {
      const [buffer, limit] = [integer(worker, 'PRODUCER_BUFFER_BYTES') ?? 0, memoryLimit(worker) ?? 0];
      return `PRODUCER_BUFFER_BYTES is ${formatSize(buffer)}, the memory limit ${formatSize(limit)}: a full buffer would end the pod for memory; set it to ${Math.floor(limit / 2)} or less, or raise the limit`;
    },
  }),
  rule<WorkerView>({
    id: 'consumer-fetch-wait-long',
    what: 'a fetch that waits too long for the session',
    severity: 'error',
    source: 'https://kafka.js.org/docs/consuming',
    subjects: consumers,
    broken: (worker) =>
      settingOf(worker, 'KAFKA_CLIENT') === 'kafkajs' &&
      (integer(worker, 'CONSUMER_FETCH_MAX_WAIT_MS') ?? 0) * 3 > (integer(worker, 'CONSUMER_SESSION_TIMEOUT_MS') ?? Infinity),
    path: envPath('CONSUMER_FETCH_MAX_WAIT_MS'),
    message: (worker) => {
      const [wait, session] = [integer(worker, 'CONSUMER_FETCH_MAX_WAIT_MS') ?? 0, integer(worker, 'CONSUMER_SESSION_TIMEOUT_MS') ?? 0];
      return `CONSUMER_FETCH_MAX_WAIT_MS is ${wait} with a session of ${session} ms: an idle kafkajs member beats only when its fetch returns; set it to ${Math.floor(session / 3)} or less (250 keeps rebalances quick)`;
    },
  }),
  rule<WorkerView>({
    id: 'consumer-auto-commit-unused',
    what: 'an interval of automatic commits with manual commits',
    severity: 'error',
    source: sources.contract,
    subjects: consumers,
    // Manifests write out every default, so only another value shows that somebody expects it to act.
    broken: (worker) =>
      settingOf(worker, 'CONSUMER_COMMIT') === 'manual' &&
      integer(worker, 'CONSUMER_AUTO_COMMIT_INTERVAL_MS') !== worker.contract['CONSUMER_AUTO_COMMIT_INTERVAL_MS']?.default,
    path: envPath('CONSUMER_AUTO_COMMIT_INTERVAL_MS'),
    message: (worker) =>
      `CONSUMER_AUTO_COMMIT_INTERVAL_MS is ${settingOf(worker, 'CONSUMER_AUTO_COMMIT_INTERVAL_MS') ?? ''} with CONSUMER_COMMIT manual, where it does nothing: remove it, or set CONSUMER_COMMIT to auto`,
  }),
  rule<WorkerView>({
    id: 'consumer-work-above-memory',
    what: 'records in work at a time that would not fit the memory limit if each were as large as its topic allows',
    severity: 'info',
    source: sources.kafkaConsumer,
    subjects: consumers,
    broken: (worker) => inWork(worker) > (memoryLimit(worker) ?? Infinity) / 2,
    path: (worker) => envPath((integer(worker, 'CONSUMER_BATCH_RECORDS') ?? 1) > 1 ? 'CONSUMER_BATCH_RECORDS' : 'CONSUMER_CONCURRENCY'),
    message: (worker) =>
      `${recordsInWork(worker)} records in work, each of ${formatSize(largestRecord(worker))} at most, are ${formatSize(inWork(worker))}, more than half of the memory limit of ${formatSize(memoryLimit(worker) ?? 0)}: a burst of large records would end the pod; lower their number or max.message.bytes of the topic, or raise the limit`,
  }),
  rule<WorkerView>({
    id: 'worker-database-password-missing',
    what: 'a database without a password',
    severity: 'warning',
    source: sources.contract,
    subjects: consumers,
    broken: (worker) => (worker.env.get('DATABASE_URL') ?? '') !== '' && (settingOf(worker, 'DATABASE_PASSWORD_FILE') ?? '') === '',
    path: envPath('DATABASE_PASSWORD_FILE'),
    message: (worker) =>
      `${name(worker)} has a DATABASE_URL and no DATABASE_PASSWORD_FILE: it gets in only where the database asks for no password; mount the Secret and name its file`,
  }),
  rule<WorkerView>({
    id: 'producer-finite-restarted',
    what: 'a number of records to send in an object that starts the producer again',
    severity: 'warning',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/job/',
    subjects: producers,
    broken: (worker) => (integer(worker, 'PRODUCER_RECORDS') ?? 0) > 0 && worker.resource.kind !== 'Job',
    path: envPath('PRODUCER_RECORDS'),
    message: (worker) =>
      `${name(worker)} ends after ${settingOf(worker, 'PRODUCER_RECORDS') ?? ''} records, and a ${worker.resource.kind} starts it again, for ever: make it a Job, or set PRODUCER_RECORDS to 0`,
  }),
  rule<WorkerView>({
    id: 'producer-partitions-unknown',
    what: 'partitions that the topic does not have',
    severity: 'error',
    source: sources.kafkaProducer,
    subjects: producers,
    broken: (worker) => strangePartitions(worker).length > 0,
    path: envPath('PRODUCER_PARTITIONS'),
    message: (worker) =>
      `PRODUCER_PARTITIONS names ${strangePartitions(worker).join(', ')}, and topic ${worker.topic?.name ?? ''} has ${worker.topic?.partitions ?? 0} partitions: give numbers from 0 to ${(worker.topic?.partitions ?? 1) - 1}`,
  }),
  rule<WorkerView>({
    id: 'api-acks-below-all',
    what: 'an API that answers before all in-sync replicas have the record',
    severity: 'error',
    source: sources.contract,
    subjects: apis,
    // With idempotence another rule says it.
    broken: (worker) => settingOf(worker, 'PRODUCER_ACKS') !== 'all' && settingOf(worker, 'PRODUCER_IDEMPOTENCE') !== 'true',
    path: envPath('PRODUCER_ACKS'),
    message: (worker) =>
      `PRODUCER_ACKS is ${settingOf(worker, 'PRODUCER_ACKS') ?? ''}: a 202 says that nothing is lost any more, which only acks all can promise; set PRODUCER_ACKS to all`,
  }),
  rule<VariableView>({
    id: 'api-keeps-records',
    what: 'an API with a topic for records that were not taken',
    severity: 'error',
    source: sources.contract,
    subjects: (system) =>
      variables(system).filter(
        ({ worker, variable }) => worker.component === 'api' && ['PRODUCER_RETRY_TOPIC', 'PRODUCER_DEAD_LETTER_TOPIC'].includes(variable),
      ),
    broken: ({ value }) => value !== '',
    path: ({ variable }) => envPath(variable),
    message: ({ variable, value = '' }) =>
      `${variable} is ${value}, but an API tells who posted that their record was not taken, and keeps no copy: remove it`,
  }),
  rule<WorkerView>({
    id: 'api-drain-long',
    what: 'an API whose last request may outlive it',
    severity: 'error',
    source: sources.contract,
    subjects: apis,
    broken: (worker) => longestRequest(worker) >= (integer(worker, 'SHUTDOWN_DEADLINE_MS') ?? Infinity),
    path: envPath('API_DRAIN_MS'),
    message: (worker) =>
      `API_DRAIN_MS + PRODUCER_DELIVERY_TIMEOUT_MS is ${longestRequest(worker)} ms, which the last request taken may need: it must be below SHUTDOWN_DEADLINE_MS, ${integer(worker, 'SHUTDOWN_DEADLINE_MS') ?? 0}; lower one of the two, or raise the deadline`,
  }),
  rule<WorkerView>({
    id: 'producer-batch-above-buffer',
    what: 'a batch larger than the buffer',
    severity: 'error',
    source: sources.kafkaProducer,
    subjects: writers,
    broken: (worker) => (integer(worker, 'PRODUCER_BATCH_BYTES') ?? 0) > (integer(worker, 'PRODUCER_BUFFER_BYTES') ?? Infinity),
    path: envPath('PRODUCER_BATCH_BYTES'),
    message: (worker) => {
      const [batch, buffer] = [integer(worker, 'PRODUCER_BATCH_BYTES') ?? 0, integer(worker, 'PRODUCER_BUFFER_BYTES') ?? 0];
      return `PRODUCER_BATCH_BYTES is ${batch}, above the ${buffer} of PRODUCER_BUFFER_BYTES: no batch would ever fill; lower the batch or raise the buffer`;
    },
  }),
  rule<WorkerView>({
    id: 'producer-delivery-timeout-short',
    what: 'a delivery timeout below linger and request timeout',
    severity: 'error',
    source: sources.kafkaProducer,
    subjects: writers,
    broken: (worker) => (integer(worker, 'PRODUCER_DELIVERY_TIMEOUT_MS') ?? Infinity) < oneAttempt(worker),
    path: envPath('PRODUCER_DELIVERY_TIMEOUT_MS'),
    message: (worker) =>
      `PRODUCER_DELIVERY_TIMEOUT_MS is ${integer(worker, 'PRODUCER_DELIVERY_TIMEOUT_MS') ?? 0}, below linger + request timeout = ${oneAttempt(worker)}: a record would be given up before its first answer; set it to ${oneAttempt(worker)} or more`,
  }),
];

const graceSeconds = (worker: WorkerView): number =>
  numberAt(worker.resource, 'spec', 'template', 'spec', 'terminationGracePeriodSeconds') ?? 30;
