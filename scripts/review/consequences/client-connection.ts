import { at, listAt, numberAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import type { System, WorkerView } from '../../../constructs/model/system.js';
import { readTopicsOf, setting, type JudgesSetting, type JudgesSettings } from './client-setting.js';
import { workloadSources as sources } from './workload-sources.js';

/** A bootstrap address of one of Strimzi's clusters. */
interface Bootstrap {
  readonly cluster: string;
  readonly namespace: string | undefined;
  readonly port: number;
}

function bootstrapOf(address: string, worker: WorkerView): Bootstrap | undefined {
  // Internal listeners share one Service, NAME-kafka-bootstrap.
  const match = /^([a-z0-9-]+)-kafka-bootstrap(?:\.([a-z0-9-]+)(?:\.svc(?:\..+)?)?)?:(\d+)$/.exec(address.trim());
  if (match === null) return undefined;
  return { cluster: match[1] ?? '', namespace: match[2] ?? worker.resource.metadata.namespace, port: Number(match[3]) };
}

/** The listener that a worker comes in by, if its Kafka is among the manifests. */
function listenerOf(system: System, bootstrap: Bootstrap | undefined): { kafka: Resource | undefined; listener: unknown } {
  const kafka =
    bootstrap &&
    system.clusters.find(
      ({ name, resource }) =>
        name === bootstrap.cluster &&
        (bootstrap.namespace === undefined ||
          resource.metadata.namespace === undefined ||
          resource.metadata.namespace === bootstrap.namespace),
    )?.resource;
  const listener = kafka && listAt(kafka, 'spec', 'kafka', 'listeners').find((one) => numberAt(one, 'port') === bootstrap.port);
  return { kafka, listener };
}

/** security.protocol that a listener asks for. */
const protocolOf = (listener: unknown): string => {
  const tls = at(listener, 'tls') === true;
  const sasl = ['scram-sha-512', 'oauth'].includes(textAt(listener, 'authentication', 'type') ?? '');
  return `${sasl ? 'SASL_' : ''}${tls ? 'SSL' : 'PLAINTEXT'}`;
};

/** Why a worker does not get in where it asks, or undefined. */
function lockedOut(system: System, worker: WorkerView): string | undefined {
  const bootstrap = bootstrapOf(setting(worker, 'KAFKA_BOOTSTRAP_SERVERS').split(',')[0] ?? '', worker);
  const { kafka, listener } = listenerOf(system, bootstrap);
  if (bootstrap === undefined || kafka === undefined) return undefined;
  if (listener === undefined) return `Kafka ${kafka.metadata.name} has no listener on port ${bootstrap.port}: no connection comes about`;
  const [asks, has] = [protocolOf(listener), setting(worker, 'KAFKA_SECURITY_PROTOCOL')];
  if (asks !== has)
    return `the listener on port ${bootstrap.port} asks for ${asks}, the worker comes with ${has}: no connection comes about`;
  const user = setting(worker, 'KAFKA_SASL_USERNAME');
  const isKnown = user === '' || (system.strimzi.get('KafkaUser') ?? []).some(({ metadata }) => metadata.name === user);
  if (has.startsWith('SASL_') && !isKnown)
    return `no KafkaUser here is called ${user}: unless it is there already, its password is refused`;
  return undefined;
}

const afterwards = (worker: WorkerView): string =>
  worker.component === 'api'
    ? 'It answers 503.'
    : 'New pods end at their start (with 2 where they are refused, with 3 when KAFKA_STARTUP_DEADLINE_MS is over), and the rollout stands still after the first.';

const bootstrap: JudgesSetting = ({ was = '', now = '', after, head }) => {
  const [from, to] = [was, now].map((address) => bootstrapOf(address.split(',')[0] ?? '', after));
  const isSame = from !== undefined && to !== undefined && from.cluster === to.cluster && from.namespace === to.namespace;
  const out = lockedOut(head.system, after);
  if (out !== undefined)
    return {
      id: 'worker-locked-out',
      grade: 'unavailable',
      consequence: `${capital(out)}. ${afterwards(after)}`,
      source: sources.workers,
      action: 'Name a listener of the Kafka, and the protocol it asks for.',
    };
  if (isSame)
    return {
      id: 'bootstrap-listener',
      grade: 'rolling',
      consequence: 'The same cluster, by another listener: offsets and topics stay.',
      source: sources.workers,
    };
  if (from === undefined || to === undefined)
    return {
      id: 'bootstrap-address',
      grade: 'unavailable',
      consequence: `Whether ${now} is the same cluster as ${was}, the manifests do not say. If it is not, its topics and offsets are others: a group begins there as new, and what is written there nobody reads here.`,
      source: sources.workers,
      action: 'Make sure that both addresses lead to one cluster, or move offsets and records first (MirrorMaker 2).',
    };
  return anotherCluster(after, from.cluster, to.cluster, head.readers.get(setting(after, 'KAFKA_TOPIC')) ?? []);
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function anotherCluster(after: WorkerView, from: string, to: string, readers: readonly WorkerView[]): ReturnType<JudgesSetting> {
  const common = {
    id: 'bootstrap-another-cluster',
    source: sources.workers,
    action: `Move records and offsets first (MirrorMaker 2 from ${from} to ${to}), and let both sides go over together.`,
  } as const;
  if (after.component !== 'consumer') {
    const left = readers
      .filter((reader) => bootstrapOf(setting(reader, 'KAFKA_BOOTSTRAP_SERVERS'), reader)?.cluster === from)
      .map(({ resource }) => resource.metadata.name);
    return {
      ...common,
      grade: 'unavailable',
      consequence: `Records go to cluster ${to}: ${left.length > 0 ? `${left.join(', ')} still read${left.length === 1 ? 's' : ''} ${from} and get${left.length === 1 ? 's' : ''} no new record` : `whoever reads ${from} gets no new record`}.`,
    };
  }
  const topics = readTopicsOf(after).join(', ');
  return setting(after, 'CONSUMER_OFFSET_RESET') === 'latest'
    ? {
        ...common,
        grade: 'data-loss',
        consequence: `Cluster ${to} knows no offsets of group ${setting(after, 'KAFKA_GROUP_ID')}: it begins at the end of ${topics}, and skips what is there; what it had not handled on ${from} stays behind.`,
      }
    : {
        ...common,
        grade: 'reorders',
        consequence: `Cluster ${to} knows no offsets of group ${setting(after, 'KAFKA_GROUP_ID')}: it handles ${topics} from the oldest record on, and what it had not handled on ${from} stays behind.`,
      };
}

const comingIn: JudgesSetting = ({ was = '', now = '', after, head, variable }) => {
  const out = lockedOut(head.system, after);
  if (out !== undefined)
    return {
      id: 'worker-locked-out',
      grade: 'unavailable',
      consequence: `${capital(out)}. ${afterwards(after)}`,
      source: sources.workers,
      action: 'Set KAFKA_SECURITY_PROTOCOL and the user to what the listener asks for.',
    };
  return variable === 'KAFKA_SASL_USERNAME'
    ? {
        id: 'worker-user-changed',
        grade: 'rolling',
        consequence: `It comes in as ${now === '' ? 'nobody' : now} instead of ${was === '' ? 'nobody' : was}: what it may do is what the ACLs of ${now === '' ? 'ANONYMOUS' : now} say.`,
        source: sources.workers,
      }
    : {
        id: 'worker-security-protocol',
        grade: 'rolling',
        consequence: `It comes in by ${now} instead of ${was}${now.endsWith('PLAINTEXT') && was.endsWith('SSL') ? ': everything it sends can be read on the way' : ''}.`,
        source: sources.workers,
      };
};

export const connectionSettings: JudgesSettings = {
  KAFKA_BOOTSTRAP_SERVERS: bootstrap,
  KAFKA_SECURITY_PROTOCOL: comingIn,
  KAFKA_SASL_USERNAME: comingIn,
};
