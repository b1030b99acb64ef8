import { kafkaOptions, optionProblem } from '../../../constructs/model/kafka-options.js';
import { isReserved, perListenerOptions, reservedOptions } from '../../../constructs/model/reserved-options.js';
import { at, numberAt, recordAt, shown } from '../../../constructs/model/resource.js';
import { sources, strimziApi } from '../../../constructs/model/rule.js';
import { settingOf, type ClusterView, type TopicView } from '../../../constructs/model/system.js';
import { formatSize } from '../../../constructs/model/units.js';
import type { FieldChange, ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { atLeast, type Grade } from '../grade.js';
import { identical } from '../values.js';
import { clusterFor, clusterRetention, restartOf, topicsOn } from './kafka-cluster.js';
import { listed, percent, sentences, spoken, counted } from './strimzi-words.js';
import { durabilityOf } from './topic-durability.js';
import { fieldsAt, judged } from './workload-fields.js';
import { groupOf, indexOf, integer } from './workload-index.js';

/** One broker option that is not as it was. */
interface OptionEdit {
  readonly option: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly was: ClusterView;
  readonly is: ClusterView;
  readonly states: States;
}

type Said = Pick<Judged, 'id' | 'grade' | 'consequence'> & Partial<Pick<Judged, 'reason' | 'source' | 'action'>>;

const worse = (a: Grade, b: Grade): Grade => (atLeast(a, b) ? a : b);

export function brokerOptionConsequences(change: ResourceChange, states: States): Judged[] {
  const [was, is] = [clusterFor(states.base, change.before), clusterFor(states.head, change.after)];
  if (was === undefined || is === undefined) return [];
  const [before, after] = [recordAt(change.before, 'spec', 'kafka', 'config'), recordAt(change.after, 'spec', 'kafka', 'config')];
  const edits = [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((option) => {
    const fields = fieldsAt(change, ['spec', 'kafka', 'config', option]);
    const differs = fields.length > 0 && !identical(before[option], after[option]);
    return differs ? [{ edit: { option, before: before[option], after: after[option], was, is, states }, fields }] : [];
  });
  return edits.map(({ edit, fields }) => told(edit, fields));
}

function told(edit: OptionEdit, fields: readonly FieldChange[]): Judged {
  const { option, before, after, is, states } = edit;
  const said = {
    path: `spec.kafka.config.${option}`,
    before,
    after,
    source: `https://kafka.apache.org/43/documentation.html#brokerconfigs_${option}`,
  };
  const refused = refusal(edit);
  if (refused !== undefined) return judged(fields, { ...said, ...refused });
  const known = kafkaOptions('broker', is.version)[option];
  const isDynamic = known?.update !== undefined;
  const how = isDynamic ? 'The brokers take it while they run.' : restartOf(states.head, is);
  const own = meaning(edit);
  const plain: Said =
    known === undefined
      ? {
          id: 'kafka-option-unknown',
          grade: 'rolling',
          consequence: `Kafka ${is.version ?? ''} knows no option ${option}: it does nothing by itself, a plugin may read it.`,
        }
      : {
          id: isDynamic ? 'kafka-option-dynamic' : 'kafka-option-rolling',
          grade: isDynamic ? 'safe' : 'rolling',
          consequence: `${option} goes ${from(before)} ${after === undefined ? "to Kafka's default" : `to ${shown(after)}`}.`,
        };
  const { consequence, grade, ...rest } = own ?? plain;
  return judged(fields, {
    ...said,
    ...rest,
    grade: worse(grade, isDynamic ? 'safe' : 'rolling'),
    consequence: sentences(consequence, how),
  });
}

const from = (value: unknown): string => (value === undefined ? "from Kafka's default" : `from ${shown(value)}`);

/** What keeps the value from reaching a broker. */
function refusal({ option, after, is }: OptionEdit): Said | undefined {
  const perListener = /^listener\.name\.[^.]+\.(.+)$/.exec(option)?.[1];
  const isAllowed = perListener !== undefined && perListenerOptions.some((name) => perListener.startsWith(name));
  if (!isAllowed && isReserved(option, reservedOptions.KafkaClusterSpec))
    return {
      id: 'kafka-option-reserved',
      grade: 'refused',
      consequence: `Nothing happens: the operator sets ${option} itself, and drops what stands here with a line in its log.`,
      source: strimziApi('kafka/KafkaClusterSpec'),
      action: 'Remove it, and use the field of the Kafka resource that is made for it.',
    };
  const problem = after === undefined ? undefined : optionProblem('broker', is.version, option, after);
  if (problem?.kind !== 'invalid') return undefined;
  return {
    id: 'kafka-option-invalid',
    grade: 'refused',
    consequence: `The operator stops with an error and changes nothing of this Kafka, other changes included: ${problem.message}.`,
    source: sources.strimzi,
  };
}

/** What the option does to topics and clients, where it is more than a number of the broker's own. */
function meaning(edit: OptionEdit): Said | undefined {
  switch (edit.option) {
    case 'min.insync.replicas':
      return minIsr(edit);
    case 'log.retention.ms':
    case 'log.retention.minutes':
    case 'log.retention.hours':
      return retention(edit);
    case 'log.retention.bytes':
      return retentionBytes(edit);
    case 'log.cleanup.policy':
      return inherited(edit, 'cleanup.policy', {
        id: 'kafka-cleanup-policy',
        grade: 'data-loss',
        consequence: `Topics that do not say cleanup.policy are cleaned by ${shown(edit.after ?? 'delete')} from now on, and records that the old policy kept go`,
      });
    case 'unclean.leader.election.enable':
      return String(edit.after) === 'true'
        ? inherited(edit, 'unclean.leader.election.enable', {
            id: 'kafka-unclean-election',
            grade: 'data-loss',
            consequence:
              'When all in-sync replicas of a partition are gone, one that is behind becomes its leader, and the records it never had are lost, acknowledged or not, in every topic that does not say otherwise',
          })
        : undefined;
    case 'message.max.bytes':
      return largest(edit);
    case 'default.replication.factor':
      return {
        id: 'kafka-default-replication',
        grade: 'safe',
        consequence: `Only topics that are made from now on without a number of replicas get ${shown(edit.after ?? 1)}: those that are there keep what they have.`,
      };
    case 'num.partitions':
    case 'offsets.topic.num.partitions':
    case 'offsets.topic.replication.factor':
    case 'transaction.state.log.replication.factor':
    case 'transaction.state.log.num.partitions':
    case 'share.coordinator.state.topic.replication.factor':
      return {
        id: 'kafka-new-topics-only',
        grade: 'safe',
        consequence: `${edit.option} acts when a topic is made: ${edit.option === 'num.partitions' ? 'topics that are' : 'the internal topic, if it is'} there ${edit.option === 'num.partitions' ? 'stay' : 'stays'} as before.`,
        ...(edit.option !== 'num.partitions' && {
          action: 'To change the internal topic itself, reassign its replicas (kafka-reassign-partitions.sh).',
        }),
      };
    case 'auto.create.topics.enable':
      return String(edit.after) === 'true'
        ? {
            id: 'kafka-auto-create-on',
            grade: 'safe',
            consequence: `Whoever asks for a topic that is not there makes it, with ${shown(edit.is.config['num.partitions'] ?? 1)} partition(s): a misspelt name becomes a topic, and the operator may find one before it makes its own.`,
            action: 'Leave it false, and declare topics as KafkaTopics.',
          }
        : {
            id: 'kafka-auto-create-off',
            grade: 'safe',
            consequence:
              'A topic that is not declared is no longer made by whoever asks for it: such a client gets UNKNOWN_TOPIC_OR_PARTITION.',
          };
    case 'allow.everyone.if.no.acl.found':
      return openByDefault(edit);
    case 'offsets.retention.minutes':
      return offsets(edit);
    case 'group.min.session.timeout.ms':
    case 'group.max.session.timeout.ms':
      return sessions(edit);
    default:
      return undefined;
  }
}

/** An option of the authorizer, which is in no list of broker options. */
function openByDefault({ before, after, is }: OptionEdit): Said {
  const id = 'kafka-acl-default';
  const source = 'https://kafka.apache.org/43/documentation.html#security_authz';
  const [was, now] = [String(before) === 'true', String(after) === 'true'];
  if (at(is.resource, 'spec', 'kafka', 'authorization') === undefined)
    return { id, grade: 'safe', source, consequence: 'It does nothing: this Kafka has no authorization, and everybody may do everything.' };
  if (was === now) return { id, grade: 'safe', source, consequence: 'false is the default: it stays as it was.' };
  return now
    ? {
        id,
        grade: 'safe',
        source,
        consequence: 'Whoever comes in may do everything with topics and groups that no ACL names.',
        action: 'Leave it false, and give each client a KafkaUser with ACLs.',
      }
    : {
        id,
        grade: 'unavailable',
        source,
        consequence:
          'Topics and groups that no ACL names were open to everybody: from now on only super users may use them, and all others are refused.',
        action: 'Give each client a KafkaUser with its ACLs first.',
      };
}

/** Topics of the cluster that leave a topic option to the brokers. */
const inheriting = ({ is, states }: OptionEdit, option: string): TopicView[] =>
  topicsOn(states.head, is).filter(({ resource }) => at(resource, 'spec', 'config', option) === undefined);

const nameAll = (topics: readonly TopicView[]): string =>
  topics.length === 0 ? 'topics that nobody declares' : `${listed(topics.map(({ name }) => name))}, and topics that nobody declares`;

const inherited = (edit: OptionEdit, option: string, said: Said): Said => ({
  ...said,
  consequence: `${said.consequence}: ${nameAll(inheriting(edit, option))}.`,
});

function minIsr(edit: OptionEdit): Said {
  const [was, is] = [numberAt([edit.before ?? 1], 0) ?? 1, numberAt([edit.after ?? 1], 0) ?? 1];
  const topics = inheriting(edit, 'min.insync.replicas');
  const byFactor = new Map<number | undefined, TopicView[]>();
  for (const topic of topics) byFactor.set(topic.replicas, [...(byFactor.get(topic.replicas) ?? []), topic]);
  if (byFactor.size === 0) byFactor.set(numberAt(edit.is.config, 'default.replication.factor') ?? 1, []);
  const found = [...byFactor].map(([replicas, alike]) => durabilityOf(nameEach(alike), replicas, was, is));
  const worst = found.reduce((a, b) => (atLeast(a.grade, b.grade) ? a : b));
  return {
    id: `kafka-min-isr-${worst.id}`,
    grade: worst.grade,
    consequence: sentences(
      ...found
        .filter(({ grade }) => grade === worst.grade)
        .map(({ consequence }) => consequence)
        .slice(0, 3),
    ),
    ...(worst.action !== undefined && { action: worst.action }),
  };
}

const nameEach = (topics: readonly TopicView[]): string =>
  topics.length === 0
    ? 'A topic that does not say otherwise'
    : topics.length === 1
      ? (topics[0]?.name ?? '')
      : `Each of ${listed(topics.map(({ name }) => name))}`;

function retention(edit: OptionEdit): Said {
  const never = (ms: number): number => (ms < 0 ? Infinity : ms);
  const [was, is] = [never(clusterRetention(edit.was.config)), never(clusterRetention(edit.is.config))];
  const topics = nameAll(inheriting(edit, 'retention.ms'));
  const say = (ms: number): string => spoken(Number.isFinite(ms) ? ms : -1);
  if (was === is)
    return {
      id: 'kafka-retention-same',
      grade: 'safe',
      consequence: `Records are kept ${say(is)}, as before: log.retention.ms counts before minutes, and those before hours.`,
    };
  if (is > was)
    return {
      id: 'kafka-retention-up',
      grade: 'safe',
      consequence: `Records are kept ${say(is)}, no longer ${say(was)}, and need as much more disk, in topics that do not say retention.ms: ${topics}.`,
    };
  return {
    id: 'kafka-retention-down',
    grade: 'data-loss',
    consequence: sentences(
      `What is older than ${say(is)} is deleted within minutes and does not come back, in topics that do not say retention.ms: ${topics}.`,
      Number.isFinite(was) && `${say(was)} are kept today, so the older ${percent(1 - is / was)} of their history goes.`,
    ),
    action: 'Write retention.ms into the topics that need their history, and look at the lag of every group first.',
  };
}

function retentionBytes(edit: OptionEdit): Said {
  const never = (value: unknown): number => {
    const bytes = numberAt([value ?? -1], 0) ?? -1;
    return bytes < 0 ? Infinity : bytes;
  };
  const [was, is] = [never(edit.before), never(edit.after)];
  const topics = nameAll(inheriting(edit, 'retention.bytes'));
  return is < was
    ? {
        id: 'kafka-retention-bytes-down',
        grade: 'data-loss',
        consequence: `The oldest segments beyond ${formatSize(is)} a partition are deleted within minutes and do not come back, in topics that do not say retention.bytes: ${topics}.`,
        action: 'Write retention.bytes into the topics that need more.',
      }
    : {
        id: 'kafka-retention-bytes-up',
        grade: 'safe',
        consequence: `A partition keeps up to ${Number.isFinite(is) ? formatSize(is) : 'whatever retention.ms leaves'}, in topics that do not say retention.bytes: ${topics}.`,
      };
}

const defaultOf = ({ option, is }: OptionEdit): unknown => kafkaOptions('broker', is.version)[option]?.default;

const numbers = (edit: OptionEdit): readonly [number, number] => [
  numberAt([edit.before ?? defaultOf(edit)], 0) ?? 0,
  numberAt([edit.after ?? defaultOf(edit)], 0) ?? 0,
];

function largest(edit: OptionEdit): Said {
  const [was, is] = numbers(edit);
  const topics = nameAll(inheriting(edit, 'max.message.bytes'));
  return is < was
    ? {
        id: 'kafka-max-message-down',
        grade: 'unavailable',
        consequence: `A batch above ${formatSize(is)} is refused for good (MESSAGE_TOO_LARGE; ${formatSize(was)} passed before), in topics that do not say max.message.bytes: ${topics}.`,
        action: `Lower max.request.size and batch.size of the producers below ${formatSize(is)} first.`,
      }
    : {
        id: 'kafka-max-message-up',
        grade: 'safe',
        consequence: `Batches up to ${formatSize(is)} pass, no longer ${formatSize(was)}, in topics that do not say max.message.bytes: ${topics}.`,
      };
}

function offsets(edit: OptionEdit): Said {
  const [was, is] = numbers(edit);
  return is < was
    ? {
        id: 'kafka-offsets-retention-down',
        grade: 'data-loss',
        consequence: `A group without members for ${spoken(is * 60_000)} loses its committed offsets, no longer after ${spoken(was * 60_000)}: when it comes back it starts where its offset reset says, and reads all again or skips what came meanwhile.`,
        action: 'Keep it longer than the longest time a consumer may be switched off.',
      }
    : {
        id: 'kafka-offsets-retention-up',
        grade: 'safe',
        consequence: `A group without members keeps its committed offsets ${spoken(is * 60_000)}, no longer ${spoken(was * 60_000)}.`,
      };
}

function sessions(edit: OptionEdit): Said {
  const [was, is] = numbers(edit);
  const isLeast = edit.option.includes('.min.');
  const narrower = isLeast ? is > was : is < was;
  if (!narrower)
    return {
      id: 'kafka-sessions-wider',
      grade: 'safe',
      consequence: `Consumers may ask for a session ${isLeast ? 'down' : 'up'} to ${spoken(is)}, no longer ${spoken(was)}.`,
    };
  const outside = [...indexOf(edit.states.head).members.values()].flat().filter((worker) => {
    const session = integer(worker, 'CONSUMER_SESSION_TIMEOUT_MS');
    const isClassic = settingOf(worker, 'CONSUMER_GROUP_PROTOCOL') !== 'consumer';
    return groupOf(worker) !== undefined && isClassic && session !== undefined && (isLeast ? session < is : session > is);
  });
  return outside.length === 0
    ? {
        id: 'kafka-sessions-narrower',
        grade: 'safe',
        consequence: `A consumer whose session is ${isLeast ? 'below' : 'above'} ${spoken(is)} could no longer join (INVALID_SESSION_TIMEOUT). None of the ${counted([...indexOf(edit.states.head).members.values()].flat().length, 'consumer')} here has one.`,
      }
    : {
        id: 'kafka-sessions-refused',
        grade: 'unavailable',
        consequence: `${listed(outside.map(({ resource }) => resource.metadata.name))} can no longer join a group once ${outside.length === 1 ? 'it starts' : 'they start'} again: the session is ${isLeast ? 'below' : 'above'} ${spoken(is)} (INVALID_SESSION_TIMEOUT).`,
        action: `Set CONSUMER_SESSION_TIMEOUT_MS of each to ${is} ms or ${isLeast ? 'more' : 'less'} first.`,
      };
}
