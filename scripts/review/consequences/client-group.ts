import { numberAt } from '../../../constructs/model/resource.js';
import { heartbeatProblem } from '../../../constructs/model/rules-worker.js';
import type { WorkerView } from '../../../constructs/model/system.js';
import { formatDuration } from '../../../constructs/model/units.js';
import { ms, readTopicsOf, setting, type JudgesSetting, type JudgesSettings, type SettingChange } from './client-setting.js';
import type { Said } from './workload-fields.js';
import { podCount } from './workload-index.js';
import { workloadSources as sources } from './workload-sources.js';

const duration = (text: string | undefined): string => (Number.isNaN(ms(text)) ? (text ?? 'what the pod says') : formatDuration(ms(text)));
const names = (workers: readonly WorkerView[]): string => workers.map(({ resource }) => resource.metadata.name).join(', ');

/** A group id that changed: what the new group has read already, and what the old one leaves. */
const group: JudgesSetting = ({ was = 'of the pod', now = 'of the pod', after, head, meetsOld }) => {
  const topics = readTopicsOf(after).join(', ');
  const fellows = (head.members.get(now) ?? []).filter((other) => other !== after);
  if (fellows.length > 0)
    return {
      id: 'group-joined',
      grade: 'rebalance',
      consequence: `It joins group ${now}, in which ${names(fellows)} ${fellows.length === 1 ? 'is' : 'are'}, and shares the partitions with ${fellows.length === 1 ? 'it' : 'them'}: it no longer reads every record of ${topics}. Offsets of group ${was} are forgotten after 7 days without members.`,
      source: sources.consumerGroups,
    };
  const twice = meetsOld ? ` While the rollout lasts both groups read, so each new record is handled twice.` : '';
  const old = `Offsets of group ${was} stay for 7 days without members (offsets.retention.minutes); within them the old id goes on where it was.`;
  const copy = `Stop the group, copy its offsets (kafka-consumer-groups.sh --reset-offsets --group ${now} --from-file …), then start it under the new id.`;
  return setting(after, 'CONSUMER_OFFSET_RESET') === 'latest'
    ? {
        id: 'group-new-skips',
        grade: 'data-loss',
        consequence: `Group ${now} has no offsets, and with CONSUMER_OFFSET_RESET latest begins at the end of ${topics}: what group ${was} had not handled yet, and all that is written until the new members have joined, is never handled.${twice}`,
        reason: old,
        source: sources.consumer,
        action: copy,
      }
    : {
        id: 'group-new-rereads',
        grade: 'reorders',
        consequence: `Group ${now} has no offsets, and begins with the oldest record of ${topics}: all that is retained is handled again, so each key goes through its old records after its new ones.${twice}`,
        reason: old,
        source: sources.consumer,
        action: copy,
      };
};

const topic: JudgesSetting = ({ was = '', now = '', after, head }) => {
  const split = (text: string): string[] => text.split(',').filter((name) => name !== '');
  const gone = split(was).filter((name) => !split(now).includes(name));
  const come = split(now).filter((name) => !split(was).includes(name));
  const groupId = setting(after, 'KAFKA_GROUP_ID');
  const left = gone.filter((name) => !(head.readers.get(name) ?? []).some((reader) => setting(reader, 'KAFKA_GROUP_ID') === groupId));
  const begins =
    come.length === 0
      ? ''
      : ` Of ${come.join(', ')} it begins ${setting(after, 'CONSUMER_OFFSET_RESET') === 'latest' ? 'at the end, and skips what is there' : 'with the oldest record'}.`;
  if (left.length === 0)
    return {
      id: 'consumer-topic-added',
      grade: 'rebalance',
      consequence: `The group's partitions are dealt out anew.${begins}`,
      source: sources.consumer,
    };
  return {
    id: 'consumer-topic-left',
    grade: 'unavailable',
    consequence: `Group ${groupId} no longer reads ${left.join(', ')}: what comes there is not handled, and its offsets of it are forgotten after 7 days.${begins}`,
    source: sources.offsetsRetention,
    action: `Work ${left.join(', ')} off to its end first; see muster lag.`,
  };
};

const offsetReset: JudgesSetting = ({ now }) => ({
  id: 'offset-reset',
  grade: 'rolling',
  consequence:
    now === 'latest'
      ? 'Nothing moves where offsets are committed. From now on a group without them skips to the end: on a partition that was added, after 7 days without members, and where it lags further than retention reaches, records are never handled.'
      : 'Nothing moves where offsets are committed. From now on a group without them begins with the oldest record, and handles again what it had.',
  source: sources.consumer,
  ...(now === 'latest' && { action: 'Keep earliest where every record counts.' }),
});

const noProtocolInCommon = (what: string, also: string): Omit<Said, 'path' | 'before' | 'after'> => ({
  id: 'assignor-inconsistent',
  grade: 'refused',
  consequence: `${what}: the coordinator refuses a member that has no assignor in common with the others (INCONSISTENT_GROUP_PROTOCOL). The first new pod ends with 1 again and again while old ones run, so the rollout stands still with a member less.${also}`,
  source:
    'https://github.com/apache/kafka/blob/4.3.1/group-coordinator/src/main/java/org/apache/kafka/coordinator/group/GroupMetadataManager.java',
  action:
    'Stop the group (replicas 0, or strategy Recreate), then start it with the new setting; its offsets stay. Or go by CONSUMER_GROUP_PROTOCOL consumer, which mixes with classic members.',
});

const isClassic = (worker: WorkerView): boolean => setting(worker, 'CONSUMER_GROUP_PROTOCOL') !== 'consumer';
const isKafkajs = (worker: WorkerView): boolean => setting(worker, 'KAFKA_CLIENT') !== 'librdkafka';

/** What kafkajs does not have; the worker ends with 2 at its start. */
function unsupported({ after, variable, now }: SettingChange): Omit<Said, 'path' | 'before' | 'after'> | undefined {
  if (!isKafkajs(after)) return undefined;
  return {
    id: 'client-cannot',
    grade: 'refused',
    consequence: `kafkajs has no ${variable} ${now ?? ''}: the worker ends with 2 at its start, and the rollout stands still after the first pods.`,
    source: sources.clients,
    action: 'Set KAFKA_CLIENT to librdkafka too, with an image that holds it.',
  };
}

const assignor: JudgesSetting = (change) => {
  const { was = '', now = '', after, meetsOld } = change;
  if (!isClassic(after)) return undefined;
  const cannot = now === 'cooperative-sticky' ? unsupported(change) : undefined;
  if (cannot !== undefined) return cannot;
  if (meetsOld)
    return noProtocolInCommon(
      `Old members deal out by ${was}, new ones by ${now}`,
      now === 'cooperative-sticky'
        ? ' (Java’s consumers name both assignors in a first rolling restart, and drop the old one in a second; these workers name one.)'
        : '',
    );
  return {
    id: 'assignor-changed',
    grade: 'rebalance',
    consequence: `Partitions are dealt out by ${now}: ${now === 'cooperative-sticky' ? 'from then on only those that move stop in a rebalance' : 'from then on every rebalance stops all'}.`,
    source: sources.kip429,
  };
};

const client: JudgesSetting = ({ was = '', now = '', before, after, meetsOld }) => {
  const needs = now === 'librdkafka' ? ' The image must hold librdkafka, or the worker ends with 2 at its start.' : '';
  if (after.component === 'consumer' && meetsOld && isClassic(before) && isClassic(after))
    return noProtocolInCommon(
      `${was} calls its assignor ${was === 'kafkajs' ? 'RoundRobinAssigner' : setting(before, 'CONSUMER_ASSIGNOR')}, ${now} ${now === 'kafkajs' ? 'RoundRobinAssigner' : setting(after, 'CONSUMER_ASSIGNOR')}`,
      needs,
    );
  return {
    id: 'client-changed',
    grade: after.component === 'consumer' ? 'rebalance' : 'rolling',
    consequence:
      after.component === 'consumer'
        ? `${now} takes over where the offsets stand.${needs}`
        : `No key moves: on both clients these workers choose partitions by Java’s murmur2.${needs}`,
    source: sources.clients,
  };
};

const groupProtocol: JudgesSetting = (change) => {
  const { now, meetsOld } = change;
  const cannot = now === 'consumer' ? unsupported(change) : undefined;
  if (cannot !== undefined) return cannot;
  const mixed = meetsOld
    ? ' Old and new members go together meanwhile: the coordinator turns the group over with the first and the last of them (group.consumer.migration.policy).'
    : '';
  return {
    id: 'group-protocol-changed',
    grade: 'rebalance',
    consequence:
      now === 'consumer'
        ? `The broker deals out the partitions (KIP-848), and only those that move stop. Session and heartbeat are the broker’s from then on: 45s and 5s unless group.consumer.… says otherwise; those of CONSUMER_… do nothing.${mixed}`
        : `The members deal out the partitions again, and CONSUMER_SESSION_TIMEOUT_MS and CONSUMER_HEARTBEAT_INTERVAL_MS count.${mixed}`,
    source: sources.kip848,
  };
};

const instanceId: JudgesSetting = (change) => {
  const { after, now, head } = change;
  const session = duration(setting(after, 'CONSUMER_SESSION_TIMEOUT_MS'));
  if (now === '')
    return {
      id: 'static-membership-removed',
      grade: 'rolling',
      consequence:
        'Members are dynamic again: every restart is two rebalances, but a pod that is gone gives its partitions up at once when it stops cleanly.',
      source: sources.staticMembership,
    };
  const cannot = unsupported(change);
  if (cannot !== undefined) return cannot;
  const replicas = podCount(head, after.resource).count;
  if (now !== undefined && replicas > 1)
    return {
      id: 'static-id-shared',
      grade: 'unavailable',
      consequence: `All ${replicas} pods are the one member ${now}: each that joins throws the one before it out (FENCED_INSTANCE_ID), and so in turn.`,
      source: sources.staticMembership,
      action: 'Take it from metadata.name of the pods of a StatefulSet.',
    };
  return after.resource.kind === 'StatefulSet' || now !== undefined
    ? {
        id: 'static-membership',
        grade: 'rolling',
        consequence: `Members are static: a restart that is over within the session (${session}) moves nothing, and the partitions of a pod that does not come back stand still that long.`,
        source: sources.staticMembership,
      }
    : {
        id: 'static-membership-renamed',
        grade: 'rebalance',
        consequence: `Members are static, but the pods of a ${after.resource.kind} have a new name each time: at every rollout an old member holds its partitions until its session is over (${session}), and nobody reads them.`,
        source: sources.staticMembership,
        action: 'Make it a StatefulSet, or leave the id out.',
      };
};

const session: JudgesSetting = ({ was, now, after }) => {
  if (!isClassic(after)) return nothingWithKip848;
  const [from, to] = [ms(was), ms(now)];
  const config = after.topic?.cluster?.config;
  const least = numberAt(config, 'group.min.session.timeout.ms') ?? 6_000;
  const most = numberAt(config, 'group.max.session.timeout.ms') ?? 1_800_000;
  const [limit, bound] = to < least ? ['group.min.session.timeout.ms', least] : ['group.max.session.timeout.ms', most];
  if (to < least || to > most)
    return {
      id: 'session-outside-broker',
      grade: 'refused',
      consequence: `The brokers take sessions from ${formatDuration(least)} to ${formatDuration(most)} (${limit}): a member with ${formatDuration(to)} is refused (INVALID_SESSION_TIMEOUT) and ends with 1. The rollout stands still after the first pods, with as many members less.`,
      source: `https://kafka.apache.org/43/documentation.html#brokerconfigs_${limit}`,
      action: `Set it to ${bound} ms, or change ${limit} of the brokers.`,
    };
  return (
    tooSlow(after) ?? {
      id: 'session-timeout',
      grade: 'rolling',
      consequence:
        to > from
          ? `A member that dies is found after ${formatDuration(to)} instead of ${formatDuration(from)}: its partitions stand still that long. A clean stop is told at once.`
          : `A member that dies is found after ${formatDuration(to)} instead of ${formatDuration(from)}, and one that only pauses longer than that (a full node, a long collection of garbage) is thrown out: a rebalance, and work done twice.`,
      source: sources.consumer,
    }
  );
};

/** Why heartbeat and session do not go together: the worker ends with 2. */
function tooSlow(after: WorkerView): Omit<Said, 'path' | 'before' | 'after'> | undefined {
  const problem = heartbeatProblem(ms(setting(after, 'CONSUMER_HEARTBEAT_INTERVAL_MS')), ms(setting(after, 'CONSUMER_SESSION_TIMEOUT_MS')));
  if (problem === undefined) return undefined;
  const [what = '', action = ''] = problem.split('; ');
  return {
    id: 'heartbeat-above-session',
    grade: 'refused',
    consequence: `The worker ends with 2 at its start, for ${what}. The rollout stands still after the first pods, with as many members less.`,
    source: 'workers/config.ts',
    action: `${action.charAt(0).toUpperCase()}${action.slice(1)}.`,
  };
}

const nothingWithKip848: Omit<Said, 'path' | 'before' | 'after'> = {
  id: 'session-is-the-brokers',
  grade: 'rolling',
  consequence: 'It does nothing: with CONSUMER_GROUP_PROTOCOL consumer session and heartbeat are the broker’s.',
  source: sources.clients,
  action: 'Set group.consumer.session.timeout.ms and group.consumer.heartbeat.interval.ms of the brokers.',
};

const heartbeat: JudgesSetting = ({ was, now, after }) => {
  if (!isClassic(after)) return nothingWithKip848;
  return (
    tooSlow(after) ?? {
      id: 'heartbeat-interval',
      grade: 'rolling',
      consequence: `Members hear of a rebalance within ${duration(now)} instead of ${duration(was)}: that much of every stop is due to it.`,
      source: sources.consumer,
    }
  );
};

const maxPoll: JudgesSetting = ({ was, now, after }) => {
  const work = ms(setting(after, 'CONSUMER_WORK_MS'));
  if (work >= ms(now))
    return {
      id: 'poll-interval-below-work',
      grade: 'unavailable',
      consequence: `The work on one record takes ${formatDuration(work)} (CONSUMER_WORK_MS), the poll interval is ${duration(now)}: each member is thrown out over every record, commits nothing, and the same records are worked on again and again.`,
      source: sources.workers,
      action: `Set it above ${work} ms, with room for the slowest record.`,
    };
  return {
    id: 'poll-interval',
    grade: 'rolling',
    consequence: `A handler that hangs gives its partitions up after ${duration(now)} instead of ${duration(was)}; one that only takes longer than that is thrown out too, and its record comes again.`,
    source: sources.workers,
  };
};

export const groupSettings: JudgesSettings = {
  KAFKA_GROUP_ID: group,
  KAFKA_TOPIC: topic,
  CONSUMER_OFFSET_RESET: offsetReset,
  CONSUMER_ASSIGNOR: assignor,
  CONSUMER_GROUP_PROTOCOL: groupProtocol,
  CONSUMER_GROUP_INSTANCE_ID: instanceId,
  CONSUMER_SESSION_TIMEOUT_MS: session,
  CONSUMER_HEARTBEAT_INTERVAL_MS: heartbeat,
  CONSUMER_MAX_POLL_INTERVAL_MS: maxPoll,
  KAFKA_CLIENT: client,
};
