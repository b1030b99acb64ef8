import { numberAt, shown } from '../../../constructs/model/resource.js';
import { sources, topicOperator } from '../../../constructs/model/rule.js';
import { settingOf, type TopicView } from '../../../constructs/model/system.js';
import type { ResourceChange, Side, States } from '../change.js';
import type { Judged } from '../consequence.js';
import type { Grade } from '../grade.js';
import { hasCruiseControl, topicOn } from './kafka-cluster.js';
import { counted, listed, sentences } from './strimzi-words.js';
import { fieldsAt, judged } from './workload-fields.js';
import { indexOf } from './workload-index.js';

/** What a number of in-sync replicas means at a replication factor. */
export interface Durability {
  readonly id: 'above-replicas' | 'equals-replicas' | 'one' | 'lower' | 'higher';
  readonly grade: Grade;
  readonly consequence: string;
  readonly action?: string;
}

/**
 * What becomes of a topic whose min ISR changes. With min ISR M at factor R, writes with acks=all survive R − M brokers, and an
 * acknowledged record lies on M brokers at least.
 * @param topic how to name it, or them: `orders.created`
 */
export function durabilityOf(topic: string, replicas: number | undefined, from: number, to: number): Durability {
  const survives = replicas === undefined ? undefined : replicas - to;
  if (replicas !== undefined && to > replicas)
    return {
      id: 'above-replicas',
      grade: 'unavailable',
      consequence: `${topic} has ${counted(replicas, 'replica')} and wants ${to} in sync: every write with acks=all is refused from now on (NOT_ENOUGH_REPLICAS), though the topic looks Ready.`,
      action: `Set min.insync.replicas to ${Math.max(1, replicas - 1)}.`,
    };
  if (replicas !== undefined && replicas > 1 && to === replicas)
    return {
      id: 'equals-replicas',
      grade: 'unavailable',
      consequence: `${topic} wants all of its ${replicas} replicas in sync: the next single broker that stops, a rolling restart included, stops writes with acks=all (NOT_ENOUGH_REPLICAS) until it is back. Before, ${from > replicas ? 'they were refused already' : `they survived ${counted(replicas - from, 'broker')}`}.`,
      action: `Leave min.insync.replicas at ${replicas - 1}: of ${replicas} replicas one may be down.`,
    };
  if (to === 1 && from > 1 && replicas !== 1)
    return {
      id: 'one',
      grade: 'data-loss',
      consequence: `An acknowledged record of ${topic} may lie on one broker only: when the other replicas are behind, the loss of that broker's disk loses records that producers were told are safe. Before, ${from} brokers had each of them.`,
      action: 'Leave min.insync.replicas at 2 with 3 replicas: writes survive the loss of one broker, and so do the records.',
    };
  if (to < from)
    return {
      id: 'lower',
      grade: 'safe',
      consequence: sentences(
        survives === undefined
          ? `Writes to ${topic} with acks=all survive one more broker.`
          : `Writes to ${topic} with acks=all now survive ${counted(survives, 'broker')} of ${replicas}.`,
        `An acknowledged record lies on ${counted(to, 'broker')} at least, no longer on ${from}.`,
      ),
    };
  return {
    id: 'higher',
    grade: 'safe',
    consequence: `An acknowledged record of ${topic} lies on ${counted(to, 'broker')} at least, no longer on ${from}${survives === undefined ? '' : `; writes with acks=all survive ${counted(survives, 'broker')} of ${replicas}`}.`,
  };
}

/** Replicas the topic will really have: without Cruise Control the operator leaves them as they are. */
const realReplicas = (was: TopicView, is: TopicView): number | undefined =>
  hasCruiseControl(is.cluster) ? is.replicas : (was.replicas ?? is.replicas);

export function minInsyncConsequences(change: ResourceChange, states: States): Judged[] {
  const fields = fieldsAt(change, ['spec', 'config', 'min.insync.replicas']);
  const [was, is] = [topicOn(states.base, change.before), topicOn(states.head, change.after)];
  if (fields.length === 0 || was === undefined || is === undefined) return [];
  const [from, to] = [was.minInsyncReplicas ?? 1, is.minInsyncReplicas ?? 1];
  if (from === to) return [];
  const found = durabilityOf(is.name, realReplicas(was, is), from, to);
  const writers = found.grade === 'unavailable' ? waiting(states.head, is.name) : [];
  return [
    judged(fields, {
      ...found,
      id: `topic-min-isr-${found.id}`,
      path: 'spec.config.min.insync.replicas',
      before: from,
      after: to,
      consequence: sentences(
        found.consequence,
        writers.length > 0 && `Of the workloads here that is ${listed(writers)}.`,
        found.id === 'equals-replicas' &&
          'Strimzi restarts brokers all the same: it spares only topics that have more replicas than must be in sync.',
      ),
      source: found.id === 'equals-replicas' ? roller : sources.kafkaReplication,
    }),
  ];
}

const roller =
  'https://github.com/strimzi/strimzi-kafka-operator/blob/1.2.0/cluster-operator/src/main/java/io/strimzi/operator/cluster/operator/resource/KafkaAvailability.java';

/** Workers that write the topic and wait for all replicas. */
const waiting = (side: Side, topic: string): string[] =>
  (indexOf(side).writers.get(topic) ?? [])
    .filter((worker) => settingOf(worker, 'PRODUCER_ACKS') === 'all' || worker.component === 'consumer')
    .map(({ resource }) => resource.metadata.name);

export function replicaConsequences(change: ResourceChange, states: States): Judged[] {
  const fields = fieldsAt(change, ['spec', 'replicas']);
  const [was, is] = [topicOn(states.base, change.before), topicOn(states.head, change.after)];
  if (fields.length === 0 || was === undefined || is === undefined) return [];
  const to = numberAt(is.resource, 'spec', 'replicas');
  const from = was.replicas;
  if (to === undefined)
    return [
      judged(fields, {
        id: 'topic-replicas-unset',
        grade: 'safe',
        consequence: `${is.name} keeps its ${from ?? ''} replicas: without spec.replicas the operator compares none.`,
        source: topicOperator('BatchingTopicController'),
      }),
    ];
  if (from === to) {
    return [
      judged(fields, {
        id: 'topic-replicas-said',
        grade: 'safe',
        consequence: `${is.name} says the ${to} replicas that its Kafka gives by default: nothing changes.`,
        source: topicOperator('BatchingTopicController'),
      }),
    ];
  }
  if (!hasCruiseControl(is.cluster))
    return [
      judged(fields, {
        id: 'topic-replicas-refused',
        grade: 'refused',
        consequence: `The operator refuses ("Replication factor change not supported") and ${is.name} stays at ${shown(from ?? 'the replicas it has')}: without Cruise Control nobody moves replicas.`,
        source: topicOperator('BatchingTopicController'),
        action: `Add cruiseControl to Kafka ${is.cluster?.name ?? ''} first, or reassign with kafka-reassign-partitions.sh and then write ${to} here.`,
      }),
    ];
  if (to > (is.cluster?.brokers ?? Infinity))
    return [
      judged(fields, {
        id: 'topic-replicas-above-brokers',
        grade: 'refused',
        consequence: `Cruise Control cannot place ${to} replicas on ${counted(is.cluster?.brokers ?? 0, 'broker')}: ${is.name} keeps ${shown(from ?? 'what it has')}.`,
        source: sources.kafkaReplication,
        action: `Set replicas to ${is.cluster?.brokers ?? 0} or less, or add brokers first.`,
      }),
    ];
  return [from !== undefined && to < from ? fewer(is, from, to, fields) : moreReplicas(is, from, to, fields)];
}

const cruiseControl = 'https://strimzi.io/docs/operators/1.2.0/deploying.html#proc-cruise-control-topic-replication-str';

function moreReplicas(topic: TopicView, from: number | undefined, to: number, fields: Judged['explains']): Judged {
  const copies = from === undefined || topic.partitions === undefined ? undefined : (to - from) * topic.partitions;
  return judged(fields, {
    id: 'topic-replicas-up',
    grade: 'rebalance',
    consequence: `Cruise Control copies ${topic.name} to more brokers${copies === undefined ? '' : `: ${copies} new replicas`}, ${to} of each partition. It needs as much more disk and network; records and order stay.`,
    source: cruiseControl,
  });
}

function fewer(topic: TopicView, from: number, to: number, fields: Judged['explains']): Judged {
  const minimum = topic.minInsyncReplicas ?? 1;
  const stops = minimum >= to && to > 1;
  return judged(fields, {
    id: 'topic-replicas-down',
    grade: minimum > to || stops || to === 1 ? 'unavailable' : 'rebalance',
    consequence: sentences(
      `Cruise Control removes replicas of ${topic.name}: ${to} of each partition stay of ${from}.`,
      minimum > to && `${minimum} must be in sync, so every write with acks=all is refused from then on; the operator only logs that.`,
      minimum <= to && stops && `All of them must be in sync: the next broker that stops, stops writes with acks=all.`,
      to === 1 &&
        'The next broker that stops takes its partitions with it, for writers and readers, and the loss of its disk loses their records.',
    ),
    source: cruiseControl,
    ...((minimum > to || stops) && { action: `Set min.insync.replicas to ${Math.max(1, to - 1)} first, or keep ${from} replicas.` }),
  });
}
