import { formatDuration } from '../../../constructs/model/units.js';
import { ms, readTopicsOf, setting, type JudgesSetting, type JudgesSettings } from './client-setting.js';
import { integer, podCount, topicSizesOf } from './workload-index.js';
import { workloadSources as sources } from './workload-sources.js';
import type { WorkerView } from '../../../constructs/model/system.js';

const duration = (value: number): string => (Number.isNaN(value) ? 'what the pod says' : formatDuration(value));

const guarantee: JudgesSetting = ({ was = '', now = '', after }) => {
  if (now === 'at-most-once')
    return {
      id: 'guarantee-at-most-once',
      grade: 'data-loss',
      consequence:
        'Offsets are committed before the work, up to 500 records ahead: a pod that crashes or is killed loses those, and a record that fails is not tried again.',
      source: sources.workers,
      action: 'Keep at-least-once where a record matters, and make the handler repeatable.',
    };
  if (now === 'exactly-once')
    return {
      id: 'guarantee-exactly-once',
      grade: 'rolling',
      consequence: `What the handler publishes and the offsets become visible together, within about 1s; readers must read committed records alone. The user needs Write and Describe on transactional ids that begin with ${setting(after, 'KAFKA_GROUP_ID')}: without, the worker ends with 2.`,
      source: sources.workers,
      action: 'Grant the transactional ids first.',
    };
  return {
    id: 'guarantee-at-least-once',
    grade: 'rolling',
    consequence:
      was === 'exactly-once'
        ? 'A crash or a rebalance may repeat work: what the handler publishes can stand twice in its topic, also for readers of committed records.'
        : 'A crash or a rebalance repeats work instead of losing it: the handler must bear a record that comes twice.',
    source: sources.workers,
  };
};

const commit: JudgesSetting = ({ now, after }) => {
  const interval = duration(ms(setting(after, 'CONSUMER_AUTO_COMMIT_INTERVAL_MS')));
  return now === 'auto'
    ? {
        id: 'commit-auto',
        grade: 'rolling',
        consequence: `Offsets are committed by the clock: a crash repeats up to ${interval} of work, before it 0.2s (1s where the handler keeps the event loop to itself). Nothing in hand is committed, so nothing is lost.`,
        source: sources.workers,
      }
    : {
        id: 'commit-manual',
        grade: 'rolling',
        consequence:
          'Offsets are committed after the work: a crash repeats about 0.2s of it instead of the whole interval, at the cost of more commits.',
        source: sources.workers,
      };
};

const commitInterval: JudgesSetting = ({ was, now, after }) =>
  setting(after, 'CONSUMER_COMMIT') === 'auto'
    ? {
        id: 'commit-interval',
        grade: 'rolling',
        consequence: `A crash repeats up to ${duration(ms(now))} of work instead of ${duration(ms(was))}.`,
        source: sources.workers,
      }
    : undefined;

/** Where a record goes that no topic takes. */
const hasFailureLog = (worker: WorkerView): boolean => setting(worker, 'FAILURE_LOG_DIR') !== '';

const deadLetters: JudgesSetting = ({ was = '', now = '', after, head }) => {
  if (now === '') {
    if (hasFailureLog(after))
      return {
        id: 'dead-letter-topic-removed',
        grade: 'rolling',
        consequence: `Records that cannot be handled go to the failure log in ${setting(after, 'FAILURE_LOG_DIR')} of their pod instead of ${was}: no replay finds them there.`,
        source: sources.workers,
      };
    const loses = setting(after, 'CONSUMER_GUARANTEE') === 'at-most-once';
    return {
      id: 'dead-letter-topic-removed',
      grade: loses ? 'data-loss' : 'unavailable',
      consequence: loses
        ? 'A record that cannot be handled is given up: it is kept nowhere.'
        : 'The first record that cannot be handled holds up its partition for good: all behind it waits, until somebody skips it by hand.',
      source: sources.workers,
      action: 'Keep a dead-letter topic, or give the worker a failure log on a volume.',
    };
  }
  const watchers = (head.readers.get(was) ?? [])
    .filter((reader) => !readTopicsOf(reader).includes(now))
    .map(({ resource }) => resource.metadata.name);
  return {
    id: 'dead-letter-topic-changed',
    grade: 'rolling',
    consequence: `Dead letters go to ${now}${was === '' ? '' : `; those in ${was} stay there`}${watchers.length > 0 ? `, and ${watchers.join(', ')} ${watchers.length === 1 ? 'watches' : 'watch'} ${was} only` : ''}.${undeclared(head.topics.size > 0 && !head.topics.has(now), now)}`,
    source: sources.workers,
    ...(watchers.length > 0 && { action: `Let ${watchers.join(', ')} read ${now} too.` }),
  };
};

const undeclared = (is: boolean, topic: string): string =>
  is ? ` No manifest here makes ${topic}: where it is not there, a dead letter waits and holds up its partition.` : '';

/** Longest wait for the tries of a record, in ms: backoff × 2^(n−1), 30 s each at most, and the jitter. */
function longestRetry(worker: WorkerView): number {
  const [retries, backoff, jitter] = ['CONSUMER_RETRIES', 'CONSUMER_RETRY_BACKOFF_MS', 'CONSUMER_RETRY_JITTER_MS'].map(
    (name) => integer(worker, name) ?? 0,
  );
  let sum = 0;
  for (let n = 0; n < (retries ?? 0); n++) sum += Math.min(30_000, (backoff ?? 0) * 2 ** Math.min(n, 30)) + (jitter ?? 0);
  return sum;
}

const retries: JudgesSetting = ({ before, after }) => {
  const [was, now] = [longestRetry(before), longestRetry(after)];
  const held = setting(after, 'CONSUMER_ORDER') === 'key' ? 'key' : 'partition';
  return {
    id: 'consumer-retries',
    grade: 'rolling',
    consequence:
      (integer(after, 'CONSUMER_RETRIES') ?? 0) === 0
        ? 'A record that fails once is a dead letter at once: a short outage of what the handler needs fills the dead-letter topic.'
        : `A record that keeps failing holds its ${held} up for as long as ${duration(now)} of waiting, before ${duration(was)}, until it is a dead letter.`,
    source: sources.workers,
  };
};

const order: JudgesSetting = ({ now, after }) =>
  now === 'key'
    ? {
        id: 'order-by-key',
        grade: 'rolling',
        consequence: `Each key keeps its order; between keys of a partition there is none, and ${setting(after, 'CONSUMER_CONCURRENCY')} are worked on at a time. A crash or a rebalance repeats what was done beyond the first unfinished record.`,
        source: sources.workers,
      }
    : {
        id: 'order-by-partition',
        grade: 'rolling',
        consequence: 'One record of a partition follows the other: a slow or failing one holds up every key behind it.',
        source: sources.workers,
      };

const holdKeys: JudgesSetting = ({ now }) =>
  now === 'true'
    ? {
        id: 'hold-keys',
        grade: 'rolling',
        consequence:
          'Once a record is a dead letter, the later ones of its key follow it until they are replayed: the key keeps its order, and stands still.',
        source: sources.workers,
      }
    : {
        id: 'hold-keys-off',
        grade: 'reorders',
        consequence:
          'The later records of a key are handled although an earlier one is a dead letter: when that is replayed, it comes after them. Keys that are held now are let go.',
        source: sources.workers,
        action: 'Replay what is held first: muster dlq TOPIC replay.',
      };

const output: JudgesSetting = ({ was = '', now = '', head, variable }) => {
  const readers = was === '' ? [] : (head.readers.get(was) ?? []).filter((reader) => !readTopicsOf(reader).includes(now));
  const others = (head.writers.get(was) ?? []).length;
  if (readers.length > 0 && others === 0)
    return {
      id: 'output-topic-changed',
      grade: 'unavailable',
      consequence: `Nothing writes ${was} any more: ${readers.map(({ resource }) => resource.metadata.name).join(', ')} ${readers.length === 1 ? 'gets' : 'get'} no new record.`,
      source: sources.workers,
      action: now === '' ? `Keep ${variable}.` : `Let them read ${now} too, before this goes out.`,
    };
  return {
    id: 'output-topic-changed',
    grade: 'rolling',
    consequence:
      now === ''
        ? `What the handler publishes to ${was} is published no more.`
        : `What the handler publishes goes to ${now}${was === '' ? '' : ` instead of ${was}`}.`,
    source: sources.workers,
  };
};

const work: JudgesSetting = ({ was, now, after, head }) => {
  const { count } = podCount(head, after.resource);
  const sizes = topicSizesOf(head, after.resource);
  const members = Math.min(count, sizes === undefined ? count : Object.values(sizes).reduce((sum, size) => sum + size, 0));
  const rate = (text: string | undefined): string => (ms(text) > 0 ? `${Math.round((1000 / ms(text)) * members)}/s` : 'no limit');
  return {
    id: 'work-changed',
    grade: 'rolling',
    consequence: `A record takes ${duration(ms(now))} instead of ${duration(ms(was))}: ${members === 1 ? '1 member does' : `${members} members do`} ${rate(now)} instead of ${rate(was)}, one record at a time.`,
    source: sources.workers,
  };
};

const handler: JudgesSetting = ({ was, now, after }) => {
  const setting = after.contract['CONSUMER_HANDLER'];
  const missing = (setting?.needs?.[now ?? ''] ?? []).filter(
    (name) => (after.env.get(name) ?? (after.env.has(name) ? 'there' : '')) === '',
  );
  return missing.length > 0
    ? {
        id: 'handler-needs',
        grade: 'refused',
        consequence: `${now ?? ''} cannot do without ${missing.join(', ')}: the worker ends with 2 at its start, and the rollout stands still after the first pods.`,
        source: sources.contract,
        action: `Set ${missing.join(' and ')}.`,
      }
    : {
        id: 'handler-changed',
        grade: 'rolling',
        consequence: `Each record from the committed offsets on is worked on by ${now ?? ''} instead of ${was ?? ''}; what was handled is not handled again.`,
        source: sources.contract,
      };
};

const batch: JudgesSetting = ({ now }) => ({
  id: 'batch-records',
  grade: 'rolling',
  consequence: `The handler gets ${now ?? ''} records at once: a crash repeats up to that many, and a refused batch is tried record by record.`,
  source: sources.workers,
});

const isolation: JudgesSetting = ({ now }) => ({
  id: 'isolation-changed',
  grade: 'rolling',
  consequence:
    now === 'read_uncommitted'
      ? 'Records of open and aborted transactions are handled too: where a producer of the topic is transactional, work is done on what was taken back.'
      : 'Only committed records are handled; an open transaction holds up its partition until it ends.',
  source: 'https://kafka.apache.org/43/documentation.html#consumerconfigs_isolation.level',
});

const concurrency: JudgesSetting = ({ now, after }) =>
  setting(after, 'CONSUMER_ORDER') === 'key'
    ? {
        id: 'concurrency-changed',
        grade: 'rolling',
        consequence: `${now ?? ''} keys of a partition are worked on at a time, each in its order; a crash repeats what was done beyond the first unfinished record.`,
        source: sources.workers,
      }
    : undefined;

export const workSettings: JudgesSettings = {
  CONSUMER_GUARANTEE: guarantee,
  CONSUMER_COMMIT: commit,
  CONSUMER_AUTO_COMMIT_INTERVAL_MS: commitInterval,
  CONSUMER_DEAD_LETTER_TOPIC: deadLetters,
  CONSUMER_RETRIES: retries,
  CONSUMER_RETRY_BACKOFF_MS: retries,
  CONSUMER_RETRY_JITTER_MS: retries,
  CONSUMER_ORDER: order,
  CONSUMER_CONCURRENCY: concurrency,
  CONSUMER_HOLD_KEYS: holdKeys,
  CONSUMER_OUTPUT_TOPIC: output,
  CONSUMER_BOOKED_TOPIC: output,
  CONSUMER_WORK_MS: work,
  CONSUMER_HANDLER: handler,
  CONSUMER_BATCH_RECORDS: batch,
  CONSUMER_ISOLATION: isolation,
};
