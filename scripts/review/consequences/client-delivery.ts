import { MusterError } from '../../../constructs/model/error.js';
import { spreadKeys, weigh } from '../../../constructs/model/key-spread.js';
import { expandKeys } from '../../../constructs/model/keys.js';
import { times } from '../../../constructs/model/plan-words.js';
import { numberAt } from '../../../constructs/model/resource.js';
import type { WorkerView } from '../../../constructs/model/system.js';
import { formatDuration, formatSize } from '../../../constructs/model/units.js';
import { ms, readTopicsOf, setting, type JudgesSetting, type JudgesSettings } from './client-setting.js';
import { podCount } from './workload-index.js';
import { workloadSources as sources } from './workload-sources.js';

const duration = (text: string | undefined): string => (Number.isNaN(ms(text)) ? (text ?? 'what the pod says') : formatDuration(ms(text)));
const isKeyed = (worker: WorkerView): boolean => worker.component !== 'producer' || setting(worker, 'PRODUCER_KEYED') !== 'false';

const topic: JudgesSetting = ({ was = '', now = '', after, head }) => {
  const others = (head.writers.get(was) ?? []).length;
  const left = (head.readers.get(was) ?? [])
    .filter((reader) => !readTopicsOf(reader).includes(now))
    .map(({ resource }) => resource.metadata.name);
  const undeclared =
    head.topics.size > 0 && !head.topics.has(now)
      ? ` No manifest here makes ${now}: where it is not there, the worker waits, and ends with 3.`
      : '';
  if (left.length > 0 && others === 0)
    return {
      id: 'producer-topic-changed',
      grade: 'unavailable',
      consequence: `Nothing writes ${was} any more: ${left.join(', ')} ${left.length === 1 ? 'gets' : 'get'} no new record.${undeclared}`,
      source: sources.workers,
      action: `Let ${left.join(', ')} read ${now} first.`,
    };
  return {
    id: 'producer-topic-changed',
    grade: isKeyed(after) ? 'reorders' : 'rolling',
    consequence: `Records go to ${now}, those in ${was} stay there${isKeyed(after) ? ': between the two topics a key has no order' : ''}.${undeclared}`,
    source: sources.workers,
    ...(isKeyed(after) && { action: `Let the readers work ${was} off to its end before they begin with ${now}.` }),
  };
};

const acks: JudgesSetting = ({ was = '', now = '', after }) => {
  if (now === 'all') {
    const least = after.topic?.minInsyncReplicas;
    const replicas = after.topic?.replicas;
    return {
      id: 'acks-raised',
      grade: 'rolling',
      consequence: `A record is acknowledged when all in-sync replicas have it${least === undefined ? '' : `, ${least} at least (min.insync.replicas)`}${least !== undefined && replicas !== undefined ? `: ${replicas - least < 1 ? 'the first broker that is away stops writes' : `up to ${times(replicas - least, 'broker')} may be away`}` : ''}.`,
      source: sources.producer,
    };
  }
  const idempotent = setting(after, 'PRODUCER_IDEMPOTENCE') === 'true';
  if (idempotent || after.component === 'api')
    return {
      id: 'acks-refused',
      grade: 'refused',
      consequence: `${idempotent ? 'Idempotence needs acks all' : 'An API that answers 202 needs acks all'}: the worker ends with 2 at its start, and the rollout stands still after the first pods.`,
      source: 'workers/config.ts',
      action: idempotent ? 'Keep acks all.' : 'Keep PRODUCER_ACKS at all.',
    };
  return {
    id: 'acks-lowered',
    grade: 'data-loss',
    consequence:
      now === '0'
        ? 'Nobody acknowledges anything: what is on its way when a connection or a broker fails is lost, and nobody is told.'
        : `A record is acknowledged when the leader alone has it: if its broker fails before a follower has copied it, an acknowledged record is gone. With ${was || 'all'} it was not.`,
    source: sources.producer,
    action: 'Keep acks all; linger and batches win more.',
  };
};

const idempotence: JudgesSetting = ({ now, after }) => {
  if (now === 'true')
    return setting(after, 'PRODUCER_ACKS') === 'all'
      ? {
          id: 'idempotence-on',
          grade: 'rolling',
          consequence: 'A retry is written once: the broker knows a batch by its number.',
          source: sources.producer,
        }
      : {
          id: 'acks-refused',
          grade: 'refused',
          consequence:
            'Idempotence needs acks all: the worker ends with 2 at its start, and the rollout stands still after the first pods.',
          source: 'workers/config.ts',
          action: 'Set PRODUCER_ACKS to all.',
        };
  return {
    id: 'idempotence-off',
    grade: 'rolling',
    consequence:
      'A batch whose answer was lost is written a second time by its retry: records stand twice. Their order holds, for a partition has one batch on its way.',
    source: sources.workers,
    action: 'Keep it on; it costs nothing that can be measured.',
  };
};

const compression: JudgesSetting = ({ now, after }) => {
  const ofTopic = after.topic?.resource.spec?.['config'];
  const forced = typeof ofTopic === 'object' && ofTopic !== null ? (ofTopic as Record<string, unknown>)['compression.type'] : undefined;
  return {
    id: 'compression-changed',
    grade: 'rolling',
    consequence: `New batches are compressed with ${now ?? ''}; old ones stay as they are, and a reader takes both.${
      typeof forced === 'string' && forced !== 'producer' && forced !== now
        ? ` The topic stores ${forced}, so its brokers unpack every batch and pack it again.`
        : ''
    }`,
    source: sources.producer,
  };
};

/** Keys that were not written before, and how the new ones lie. */
const keys: JudgesSetting = ({ was = '', now = '', after }) => {
  try {
    const [old, all] = [new Set(expandKeys(was)), expandKeys(now)];
    const fresh = all.filter((key) => !old.has(key)).length;
    const partitions = after.topic?.partitions;
    const spread = partitions === undefined ? undefined : spreadKeys(weigh(all), partitions);
    const lie =
      spread === undefined
        ? ''
        : ` On ${times(partitions ?? 0, 'partition')} the fullest takes ${Number(spread.worst.toFixed(2))} times its even share${spread.empty.length > 0 ? `, and ${times(spread.empty.length, 'partition')} get nothing` : ''}.`;
    return {
      id: 'producer-keys',
      grade: 'rolling',
      consequence: `${times(all.length, 'key')}, ${fresh} of them new; those that stay keep their partition.${lie}`,
      source: 'constructs/model/key-spread.ts',
    };
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return {
      id: 'producer-keys',
      grade: 'refused',
      consequence: `The worker ends with 2 at its start: ${error.message}.`,
      source: sources.contract,
    };
  }
};

const keyed: JudgesSetting = ({ now }) =>
  now === 'false'
    ? {
        id: 'producer-keyed-off',
        grade: 'reorders',
        consequence:
          'Records have no key any more: they are spread over all partitions, nothing of one customer keeps its order, and a compacted topic refuses them.',
        source: sources.workers,
        action: 'Keep the key where readers count on the order.',
      }
    : {
        id: 'producer-keyed-on',
        grade: 'rolling',
        consequence: 'From now on a key stays on one partition and in its order; a frequent key makes its partition hot.',
        source: sources.workers,
      };

const partitions: JudgesSetting = ({ was = '', now = '', after }) => {
  const count = after.topic?.partitions;
  const named = now
    .split(',')
    .filter((text) => text !== '')
    .map(Number);
  const strange = count === undefined ? [] : named.filter((partition) => partition >= count);
  if (strange.length > 0)
    return {
      id: 'producer-partitions-unknown',
      grade: 'unavailable',
      consequence: `Topic ${after.topic?.name ?? ''} has ${times(count ?? 0, 'partition')}, and no ${strange.join(', ')}: what is meant for ${strange.length === 1 ? 'it' : 'them'} cannot be written.`,
      source: sources.workers,
      action: `Give numbers from 0 to ${(count ?? 1) - 1}.`,
    };
  return {
    id: 'producer-partitions',
    grade: isKeyed(after) ? 'reorders' : 'rolling',
    consequence: `It writes to ${now === '' ? 'the partition that each key gets by its hash' : `partitions ${now} only`}, before to ${was === '' ? 'those by hash' : was}: ${isKeyed(after) ? 'keys move, and a moved key keeps its order only if its old partition is read to the end first' : 'the load of the partitions shifts'}.`,
    source: sources.workers,
  };
};

const rate: JudgesSetting = ({ was, now, after, head }) => {
  const { count } = podCount(head, after.resource);
  const bytes = Number(setting(after, 'PRODUCER_RECORD_BYTES'));
  return {
    id: 'producer-rate',
    grade: 'rolling',
    consequence: `${count * ms(was)} records/s become ${count * ms(now)}${Number.isFinite(bytes) ? `, ${formatSize(count * ms(now) * bytes)}/s before compression` : ''}.`,
    source: sources.contract,
    ...(ms(now) > ms(was) && { action: 'See that the readers keep up: muster size says what members it takes.' }),
  };
};

const recordBytes: JudgesSetting = ({ was, now, after }) => {
  const most =
    numberAt(after.topic?.resource, 'spec', 'config', 'max.message.bytes') ??
    numberAt(after.topic?.cluster?.config, 'message.max.bytes') ??
    1_048_588;
  if (ms(now) > most)
    return {
      id: 'records-too-large',
      grade: 'unavailable',
      consequence: `Records of ${formatSize(ms(now))} are above the ${formatSize(most)} that the topic takes (max.message.bytes): each is refused, and goes to the dead-letter topic or the failure log.`,
      source: sources.producer,
      action: 'Raise max.message.bytes of the topic first.',
    };
  return {
    id: 'record-size',
    grade: 'rolling',
    consequence: `A record is ${formatSize(ms(now))} instead of ${formatSize(ms(was))} at least: disks, network and readers get ${Number((ms(now) / ms(was)).toFixed(2))} times the bytes.`,
    source: sources.contract,
  };
};

/** Where records go that are not taken. */
const keeper =
  (what: string): JudgesSetting =>
  ({ was = '', now = '', after, variable }) => {
    if (now !== '')
      return {
        id: 'producer-keeper-changed',
        grade: 'rolling',
        consequence: `Records ${what} go to ${now}${was === '' ? '' : `; those in ${was} stay there`}.`,
        source: sources.workers,
      };
    const log = setting(after, 'FAILURE_LOG_DIR');
    return {
      id: 'producer-keeper-removed',
      grade: log === '' ? 'data-loss' : 'rolling',
      consequence: `Records ${what} ${log === '' ? 'are kept nowhere: the log says so, and they are gone' : `go to the failure log in ${log}`}.`,
      source: sources.workers,
      ...(log === '' && { action: `Keep ${variable}, or give the worker a failure log on a volume.` }),
    };
  };

const failureLog: JudgesSetting = ({ was = '', now = '', after }) => {
  if (now !== '')
    return {
      id: 'failure-log-changed',
      grade: 'rolling',
      consequence: `What no topic takes is written to ${now}${was === '' ? '' : `; what lies in ${was} stays there`}.`,
      source: sources.workers,
    };
  return {
    id: 'failure-log-removed',
    grade: after.component === 'consumer' && setting(after, 'CONSUMER_GUARANTEE') !== 'at-most-once' ? 'unavailable' : 'data-loss',
    consequence:
      after.component === 'consumer' && setting(after, 'CONSUMER_GUARANTEE') !== 'at-most-once'
        ? 'A record that neither its handler nor the dead-letter topic takes holds up its partition until somebody looks.'
        : 'A record that no topic takes, or that waits when the time to stop is over, is kept nowhere.',
    source: sources.workers,
    action: 'Keep the failure log, on a volume.',
  };
};

const retries: JudgesSetting = ({ now, after }) =>
  now === '0'
    ? {
        id: 'producer-retries-off',
        grade: setting(after, 'PRODUCER_RETRY_TOPIC') === '' && setting(after, 'FAILURE_LOG_DIR') === '' ? 'data-loss' : 'rolling',
        consequence: `The first refusal of a batch is its last: every election of a leader gives records up${setting(after, 'PRODUCER_RETRY_TOPIC') === '' ? (setting(after, 'FAILURE_LOG_DIR') === '' ? ', and they are kept nowhere' : ', into the failure log') : `, into ${setting(after, 'PRODUCER_RETRY_TOPIC')}`}.`,
        source: sources.workers,
        action: 'Leave it to PRODUCER_DELIVERY_TIMEOUT_MS when to give up.',
      }
    : undefined;

const deliveryTimeout: JudgesSetting = ({ was, now, after }) => {
  const attempt = ms(setting(after, 'PRODUCER_LINGER_MS')) + ms(setting(after, 'PRODUCER_REQUEST_TIMEOUT_MS'));
  return {
    id: 'delivery-timeout',
    grade: ms(now) < attempt ? 'unavailable' : 'rolling',
    consequence:
      ms(now) < attempt
        ? `It is below linger and request timeout together (${formatDuration(attempt)}): a record is given up before its first answer is late.`
        : `A record that is not acknowledged is given up after ${duration(now)} instead of ${duration(was)}: an outage that lasts longer sends records to the retry topic or the failure log.`,
    source: sources.producer,
  };
};

export const deliverySettings: JudgesSettings = {
  KAFKA_TOPIC: topic,
  PRODUCER_ACKS: acks,
  PRODUCER_IDEMPOTENCE: idempotence,
  PRODUCER_COMPRESSION: compression,
  PRODUCER_KEYS: keys,
  PRODUCER_KEYED: keyed,
  PRODUCER_PARTITIONS: partitions,
  PRODUCER_RATE: rate,
  PRODUCER_RECORD_BYTES: recordBytes,
  PRODUCER_RETRY_TOPIC: keeper('whose tries are used up'),
  PRODUCER_DEAD_LETTER_TOPIC: keeper('that are refused for good'),
  PRODUCER_RETRIES: retries,
  PRODUCER_DELIVERY_TIMEOUT_MS: deliveryTimeout,
  FAILURE_LOG_DIR: failureLog,
};
