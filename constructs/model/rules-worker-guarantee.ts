import { rule, sources, type Rule, type Subject } from './rule.js';
import { settingOf, type System, type WorkerView } from './system.js';

/** Two settings of a consumer that do not go together; the worker ends at once. */
interface Conflict {
  /** The one to change. */
  readonly variable: string;
  readonly isThere: (setting: (name: string) => string, worker: WorkerView) => boolean;
  /** Behind `VARIABLE is VALUE`. */
  readonly why: (setting: (name: string) => string) => string;
}

const above1 = (text: string): boolean => /^\d+$/.test(text) && Number(text) > 1;
const guarantee = (setting: (name: string) => string): string => `with CONSUMER_GUARANTEE ${setting('CONSUMER_GUARANTEE')}`;

const conflicts: readonly Conflict[] = [
  {
    variable: 'CONSUMER_COMMIT',
    isThere: (setting) => setting('CONSUMER_GUARANTEE') !== 'at-least-once' && setting('CONSUMER_COMMIT') === 'auto',
    why: (setting) =>
      `${guarantee(setting)}, which says itself when offsets are committed: set it to manual, or CONSUMER_GUARANTEE to at-least-once`,
  },
  {
    variable: 'CONSUMER_ORDER',
    isThere: (setting) => setting('CONSUMER_GUARANTEE') !== 'at-least-once' && setting('CONSUMER_ORDER') === 'key',
    why: (setting) =>
      `${guarantee(setting)}, which takes a partition in order: set it to partition, or CONSUMER_GUARANTEE to at-least-once`,
  },
  {
    variable: 'CONSUMER_ISOLATION',
    isThere: (setting) => setting('CONSUMER_GUARANTEE') === 'exactly-once' && setting('CONSUMER_ISOLATION') === 'read_uncommitted',
    why: (setting) => `${guarantee(setting)}: it would work on records whose transaction is aborted; set it to read_committed`,
  },
  {
    variable: 'CONSUMER_RETRIES',
    // Manifests write out every default, so only another value shows that somebody expects it to act.
    isThere: (setting, { contract }) =>
      setting('CONSUMER_GUARANTEE') === 'at-most-once' &&
      !['0', String(contract['CONSUMER_RETRIES']?.default)].includes(setting('CONSUMER_RETRIES')),
    why: (setting) => `${guarantee(setting)}: a retry is a second time, and there is none; set it to 0`,
  },
  {
    variable: 'CONSUMER_BATCH_RECORDS',
    isThere: (setting) => setting('CONSUMER_GUARANTEE') === 'at-most-once' && above1(setting('CONSUMER_BATCH_RECORDS')),
    why: (setting) => `${guarantee(setting)}: the records of a batch that is refused are tried alone, which is a second time; set it to 1`,
  },
  {
    variable: 'CONSUMER_HOLD_KEYS',
    isThere: (setting) => setting('CONSUMER_GUARANTEE') === 'at-most-once' && setting('CONSUMER_HOLD_KEYS') === 'true',
    why: (setting) => `${guarantee(setting)}: which keys are held is kept with offsets of finished work; set it to false`,
  },
  {
    variable: 'CONSUMER_CONCURRENCY',
    isThere: (setting) => setting('CONSUMER_ORDER') === 'partition' && above1(setting('CONSUMER_CONCURRENCY')),
    why: () =>
      'with CONSUMER_ORDER partition, where one record follows the other: set CONSUMER_ORDER to key, which keeps the order of each key, or CONSUMER_CONCURRENCY to 1',
  },
  {
    variable: 'CONSUMER_BATCH_RECORDS',
    isThere: (setting) =>
      setting('CONSUMER_ORDER') === 'key' && setting('CONSUMER_GUARANTEE') !== 'at-most-once' && above1(setting('CONSUMER_BATCH_RECORDS')),
    why: () => 'with CONSUMER_ORDER key: a batch holds many keys; set CONSUMER_ORDER to partition, or CONSUMER_BATCH_RECORDS to 1',
  },
  {
    variable: 'CONSUMER_HOLD_KEYS',
    isThere: (setting) =>
      setting('CONSUMER_HOLD_KEYS') === 'true' &&
      setting('CONSUMER_GUARANTEE') !== 'at-most-once' &&
      setting('CONSUMER_DEAD_LETTER_TOPIC') === '',
    why: () =>
      'but CONSUMER_DEAD_LETTER_TOPIC is empty: a key is held by sending its records there; set it, or CONSUMER_HOLD_KEYS to false',
  },
];

/** Records of the kind `bytes` are filler, as kafka-producer-perf-test writes it. */
const producerConflicts: readonly Conflict[] = [
  {
    variable: 'EVIDENCE',
    isThere: (setting) => setting('PRODUCER_RECORD') === 'bytes' && setting('EVIDENCE') !== 'off',
    why: () => 'with PRODUCER_RECORD bytes: these records do not say who they are; set it to off, or PRODUCER_RECORD to another kind',
  },
  {
    variable: 'PRODUCER_POISON_EVERY',
    isThere: (setting) => setting('PRODUCER_RECORD') === 'bytes' && Number(setting('PRODUCER_POISON_EVERY')) > 0,
    why: () =>
      'with PRODUCER_RECORD bytes: such a record has no form that could be broken; set it to 0, or PRODUCER_RECORD to another kind',
  },
];

interface ConflictView extends Subject {
  readonly worker: WorkerView;
  readonly conflict: Conflict;
}

const settings =
  (worker: WorkerView) =>
  (name: string): string =>
    settingOf(worker, name) ?? '';

const found =
  (component: string, conflicts: readonly Conflict[]) =>
  (system: System): ConflictView[] =>
    system.workers
      .filter((worker) => worker.component === component)
      .flatMap((worker) => conflicts.map((conflict) => ({ resource: worker.resource, worker, conflict })));

const conflictRule = (id: string, what: string, subjects: (system: System) => ConflictView[]): Rule =>
  rule<ConflictView>({
    id,
    what,
    severity: 'error',
    source: sources.contract,
    subjects,
    broken: ({ worker, conflict }) => conflict.isThere(settings(worker), worker),
    path: ({ conflict }) => `spec.template.spec.containers[0].env.${conflict.variable}`,
    message: ({ worker, conflict }) => `${conflict.variable} is ${settings(worker)(conflict.variable)} ${conflict.why(settings(worker))}`,
  });

export const workerGuaranteeRules: readonly Rule[] = [
  conflictRule(
    'consumer-settings-conflict',
    'guarantee, order, batches and retries of a consumer that do not go together',
    found('consumer', conflicts),
  ),
  conflictRule(
    'producer-settings-conflict',
    'settings of a producer that do not go with its kind of record',
    found('producer', producerConflicts),
  ),
];
