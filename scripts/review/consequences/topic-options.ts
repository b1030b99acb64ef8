import { kafkaOptions, optionProblem } from '../../../constructs/model/kafka-options.js';
import { numberAt, recordAt, shown } from '../../../constructs/model/resource.js';
import { topicOperator } from '../../../constructs/model/rule.js';
import { settingOf, type TopicView } from '../../../constructs/model/system.js';
import { formatSize } from '../../../constructs/model/units.js';
import { identical } from '../values.js';
import type { FieldChange, ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { topicOn } from './kafka-cluster.js';
import { listed, sentences, spoken } from './strimzi-words.js';
import { fieldsAt, judged } from './workload-fields.js';
import { indexOf, integer } from './workload-index.js';

/** Options that files of their own judge. */
const elsewhere = new Set(['min.insync.replicas', 'retention.ms', 'retention.bytes', 'cleanup.policy']);

/** One option of a topic that is not as it was. */
interface OptionEdit {
  readonly option: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly fields: readonly FieldChange[];
  readonly topic: TopicView;
}

type Said = Pick<Judged, 'id' | 'grade' | 'consequence'> & Partial<Pick<Judged, 'reason' | 'source' | 'action'>>;

export function optionConsequences(change: ResourceChange, states: States): Judged[] {
  const is = topicOn(states.head, change.after);
  if (is === undefined) return [];
  const [before, after] = [recordAt(change.before, 'spec', 'config'), recordAt(change.after, 'spec', 'config')];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((option) => {
    const fields = fieldsAt(change, ['spec', 'config', option]);
    if (fields.length === 0 || identical(before[option], after[option])) return [];
    const edit: OptionEdit = { option, before: before[option], after: after[option], fields, topic: is };
    const refused = refusal(edit);
    if (refused === undefined && elsewhere.has(option)) return [];
    return [
      judged(fields, {
        path: `spec.config.${option}`,
        before: edit.before,
        after: edit.after,
        source: `https://kafka.apache.org/43/documentation.html#topicconfigs_${option}`,
        ...(refused ?? said(edit, states)),
      }),
    ];
  });
}

/** What Kafka or the operator has against the new value. */
function refusal({ option, after, topic }: OptionEdit): Said | undefined {
  if (option.endsWith('.replication.throttled.replicas'))
    return {
      id: 'topic-option-ignored',
      grade: 'refused',
      consequence: `The operator warns and does nothing: ${option} belongs to a throttled rebalance, which sets and clears it.`,
      source: topicOperator('BatchingTopicController'),
      action: 'Remove it.',
    };
  const problem = after === undefined ? undefined : optionProblem('topic', topic.cluster?.version, option, after);
  if (problem === undefined) return undefined;
  return {
    id: 'topic-option-refused',
    grade: 'refused',
    consequence: `Kafka refuses it and the KafkaTopic is not Ready: ${problem.message}. All of the topic's options stay as they are, the good ones too.`,
    reason: 'The operator sends the options of a topic in one request.',
    source: topicOperator('KafkaHandler'),
  };
}

function said(edit: OptionEdit, states: States): Said {
  const { option, topic } = edit;
  switch (option) {
    case 'max.message.bytes':
      return largest(edit, states);
    case 'unclean.leader.election.enable':
      return unclean(edit);
    case 'remote.storage.enable':
      return remote(edit);
    case 'message.timestamp.type':
      return {
        id: 'topic-timestamp-type',
        grade: 'safe',
        consequence:
          edit.after === 'LogAppendTime'
            ? `New records of ${topic.name} carry the broker's time, not the producer's: readers that use the timestamp see another one, and retention counts from it.`
            : `New records of ${topic.name} carry the time their producer gives them: retention counts from that, so a producer with a wrong clock loses or keeps records.`,
      };
    case 'message.timestamp.before.max.ms':
    case 'message.timestamp.after.max.ms':
      return window(edit);
    case 'compression.type':
      return {
        id: 'topic-compression',
        grade: 'safe',
        consequence:
          edit.after === 'producer' || edit.after === undefined
            ? `New batches of ${topic.name} stay as producers compress them; what is there stays as it is.`
            : `Brokers store new batches of ${topic.name} as ${shown(edit.after)}, and compress again what comes otherwise: that costs their CPU${mixed(topic, edit.after, states)}. What is there stays as it is.`,
      };
    case 'segment.bytes':
    case 'segment.ms':
    case 'segment.jitter.ms':
      return {
        id: 'topic-segment',
        grade: 'safe',
        consequence: `New segments of ${topic.name} close ${inWords(edit)}. Retention and compaction act on closed segments, so ${isLess(edit) ? 'they act sooner, and there are more open files' : 'they act later, and more is kept than retention says'}.`,
      };
    case 'delete.retention.ms':
      return {
        id: 'topic-tombstones',
        grade: 'safe',
        consequence: `Tombstones of ${topic.name} are kept ${inWords(edit)} after they are cleaned: a reader that takes longer from the beginning to the end ${isLess(edit) ? 'now misses' : 'misses'} that a key was deleted.`,
      };
    default:
      return {
        id: 'topic-option',
        grade: 'safe',
        consequence: `${option} of ${topic.name} goes ${fromTo(edit)} while the topic is in use: no restart, no record moves.`,
      };
  }
}

/** The value, or Kafka's default where none is written. */
function effective(option: string, value: unknown): number | undefined {
  const known = value ?? kafkaOptions('topic')[option]?.default;
  return numberAt([known], 0);
}

const isLess = ({ option, before, after }: OptionEdit): boolean => (effective(option, after) ?? 0) < (effective(option, before) ?? 0);

const fromTo = ({ before, after }: OptionEdit): string =>
  `${before === undefined ? "from its Kafka's default" : `from ${shown(before)}`} ${after === undefined ? "to its Kafka's default" : `to ${shown(after)}`}`;

function inWords({ option, before, after }: OptionEdit): string {
  const say = (value: unknown): string => {
    const number = effective(option, value);
    if (number === undefined) return 'as their Kafka says';
    return option.endsWith('.ms') ? spoken(number) : formatSize(number);
  };
  const at = option.startsWith('segment') ? (option.endsWith('.ms') ? 'after ' : 'at ') : '';
  return `${at}${say(after)}, no longer ${at}${say(before)}`;
}

/** Producers that send something else than the brokers shall store. */
function mixed(topic: TopicView, stored: unknown, { head }: States): string {
  const others = (indexOf(head).writers.get(topic.name) ?? []).filter(
    (worker) => settingOf(worker, 'PRODUCER_COMPRESSION') !== undefined && settingOf(worker, 'PRODUCER_COMPRESSION') !== stored,
  );
  return others.length === 0
    ? ''
    : `, for ${listed(others.map((worker) => `${worker.resource.metadata.name} (${settingOf(worker, 'PRODUCER_COMPRESSION') ?? ''})`))}`;
}

function largest(edit: OptionEdit, { head }: States): Said {
  const { topic, option, before, after } = edit;
  const clusterLimit = topic.cluster?.config['message.max.bytes'];
  const [from, to] = [effective(option, before ?? clusterLimit) ?? 0, effective(option, after ?? clusterLimit) ?? 0];
  if (to >= from)
    return {
      id: 'topic-max-message-up',
      grade: 'safe',
      consequence: `${topic.name} takes batches up to ${formatSize(to)}, no longer ${formatSize(from)}. Consumers get them whole, even above their fetch.max.bytes: their memory must hold one for each partition they fetch.`,
    };
  const writers = (indexOf(head).writers.get(topic.name) ?? []).filter(
    (worker) => (integer(worker, 'PRODUCER_RECORD_BYTES') ?? integer(worker, 'PRODUCER_BATCH_BYTES') ?? 0) > to,
  );
  return {
    id: 'topic-max-message-down',
    grade: 'unavailable',
    consequence: sentences(
      `A batch above ${formatSize(to)} is refused from now on (MESSAGE_TOO_LARGE; ${formatSize(from)} passed before), for good: its producer may not try again.`,
      writers.length > 0 &&
        `${listed(writers.map(({ resource }) => resource.metadata.name))} ${writers.length === 1 ? 'declares' : 'declare'} records or batches above that.`,
      'What is already there stays, and is read as before.',
    ),
    action: `Lower max.request.size and batch.size of the producers below ${formatSize(to)} first.`,
  };
}

function unclean({ topic, after }: OptionEdit): Said {
  if (String(after) === 'true')
    return {
      id: 'topic-unclean-election',
      grade: 'data-loss',
      consequence: `When all in-sync replicas of a partition of ${topic.name} are gone, one that is behind becomes its leader, and the records it never had are lost, acknowledged or not. Until such a failure nothing changes.`,
      action: 'Leave it false, and let the partition wait for an in-sync replica; set it for the hour of need only.',
    };
  return {
    id: 'topic-clean-election',
    grade: 'safe',
    consequence: `A partition of ${topic.name} whose in-sync replicas are all gone waits for one of them, and loses nothing.`,
  };
}

function remote({ topic, after }: OptionEdit): Said {
  const source = 'https://kafka.apache.org/43/documentation.html#tiered_storage';
  if (String(after) === 'true')
    return {
      id: 'topic-remote-on',
      grade: 'safe',
      consequence: `Closed segments of ${topic.name} are copied to the remote storage; local ones go after local.retention.ms. A compacted topic cannot.`,
      source,
    };
  const isDeleted = String(recordAt(topic.resource, 'spec', 'config')['remote.log.delete.on.disable'] ?? 'false') === 'true';
  return isDeleted
    ? {
        id: 'topic-remote-deleted',
        grade: 'data-loss',
        consequence: `Everything of ${topic.name} that lies in the remote storage only is deleted: remote.log.delete.on.disable is true.`,
        source,
        action: 'To keep it for reading, leave remote.storage.enable true and set remote.log.copy.disable to true.',
      }
    : {
        id: 'topic-remote-off',
        grade: 'refused',
        consequence: `Kafka refuses to switch the remote storage of ${topic.name} off while records lie there. With remote.log.delete.on.disable=true it would, and delete them.`,
        source,
        action: 'To keep it for reading, leave remote.storage.enable true and set remote.log.copy.disable to true.',
      };
}

function window(edit: OptionEdit): Said {
  const { topic, option } = edit;
  const side = option.includes('.before.') ? 'older' : 'further in the future';
  return isLess(edit)
    ? {
        id: 'topic-timestamps-narrower',
        grade: 'unavailable',
        consequence: `A record whose timestamp is ${side} than ${spoken(effective(option, edit.after) ?? 0)} is refused by ${topic.name} from now on (INVALID_TIMESTAMP).`,
        action: 'Check the clocks of the producers, and whoever writes old records again.',
      }
    : {
        id: 'topic-timestamps-wider',
        grade: 'safe',
        consequence: `${topic.name} takes records whose timestamp is ${side} than before.`,
      };
}
