import { textAt, type Resource } from '../../../constructs/model/resource.js';
import { sources, topicOperator } from '../../../constructs/model/rule.js';
import { annotation, clusterLabel, type TopicView } from '../../../constructs/model/system.js';
import type { ResourceChange, Side, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { clusterOn, isUnmanaged, retentionOf, topicOn } from './kafka-cluster.js';
import { counted, listed, rounded, sentences, spoken } from './strimzi-words.js';
import { recordsIn } from './topic-load.js';
import { fieldsAt, judged } from './workload-fields.js';
import { indexOf } from './workload-index.js';

const deleting = 'https://strimzi.io/docs/operators/1.2.0/deploying.html#con-deleting-managed-topics-str';
const unmanaging = 'https://strimzi.io/docs/operators/1.2.0/deploying.html#proc-converting-managed-topics-str';

export function topicAdded(change: ResourceChange, { head }: States): Judged[] {
  const topic = topicOn(head, change.after);
  if (topic === undefined) return [];
  if (isUnmanaged(change.after))
    return [
      judged([], {
        id: 'topic-added-unmanaged',
        grade: 'safe',
        consequence: `Nothing happens: ${topic.name} is annotated strimzi.io/managed: "false", so the operator leaves it alone.`,
        source: unmanaging,
      }),
    ];
  return [
    judged([], {
      id: 'topic-added',
      grade: 'safe',
      consequence: `The operator makes ${topic.name === topic.resource.metadata.name ? 'it' : topic.name}${topic.partitions === undefined ? '' : ` with ${counted(topic.partitions, 'partition')}`}${topic.replicas === undefined ? '' : ` and ${counted(topic.replicas, 'replica')}`}; if Kafka has it already, it takes it over with its records, and sets its options.`,
      source: topicOperator('BatchingTopicController'),
    }),
  ];
}

export function topicRemoved(change: ResourceChange, { base, head }: States): Judged[] {
  const topic = topicOn(base, change.before);
  if (topic === undefined) return [];
  if (isUnmanaged(change.before))
    return [
      judged([], {
        id: 'topic-removed-unmanaged',
        grade: 'safe',
        consequence: `The KafkaTopic goes and ${topic.name} stays in Kafka with its records: it is annotated strimzi.io/managed: "false".`,
        source: unmanaging,
      }),
    ];
  const twin = indexOf(head).topics.get(topic.name);
  const isKept = twin !== undefined && clusterLabel(twin.resource) === clusterLabel(topic.resource);
  return [
    judged([], {
      id: 'topic-removed',
      grade: 'data-loss',
      consequence: sentences(
        `The operator deletes ${topic.name} from Kafka, with every record in it${historyOf(base, topic)} and its groups' offsets.`,
        isKept && `KafkaTopic ${twin.resource.metadata.name} declares it too, and then makes it again, empty.`,
        usersLeft(head, topic.name),
      ),
      source: deleting,
      action:
        'To keep the topic and only stop managing it, apply the annotation strimzi.io/managed: "false" first, and remove the KafkaTopic in a later change.',
    }),
  ];
}

function historyOf(side: Side, topic: TopicView): string {
  const keeps = retentionOf(topic);
  const load = recordsIn(side, topic, keeps);
  return `: ${keeps < 0 ? 'all of its history' : `up to ${spoken(keeps)} of history`}${load === undefined ? '' : `, about ${rounded(load.records)} records`},`;
}

/** Workloads that go on asking for a topic that is no more. */
function usersLeft(side: Side, topic: string): string | undefined {
  const index = indexOf(side);
  const workers = [...(index.writers.get(topic) ?? []), ...(index.readers.get(topic) ?? [])];
  if (workers.length === 0) return undefined;
  const names = [...new Set(workers.map(({ resource }) => resource.metadata.name))];
  return `${listed(names)} still ${names.length === 1 ? 'names' : 'name'} it, and ${names.length === 1 ? 'fails' : 'fail'}.`;
}

/** Another name, another cluster, or another way of being managed. */
export function identityConsequences(change: ResourceChange, states: States): Judged[] {
  const { before, after } = change;
  if (before === undefined || after === undefined) return [];
  return [...renamed(change, before, after, states), ...repointed(change, before, after, states), ...managed(change, before, after)];
}

function renamed(change: ResourceChange, before: Resource, after: Resource, states: States): Judged[] {
  const [was, is] = [topicOn(states.base, before), topicOn(states.head, after)];
  if (was === undefined || is === undefined) return [];
  const fields = fieldsAt(change, ['metadata', 'name'], ['metadata', 'namespace'], ['spec', 'topicName']);
  const isSameObject = before.metadata.name === after.metadata.name;
  const said = { path: isSameObject ? 'spec.topicName' : 'metadata.name' };
  if (isSameObject && was.name === is.name) {
    // The name that Kafka has anyway, written or not.
    return fields.length === 0
      ? []
      : [
          judged(fields, {
            ...said,
            id: 'topic-name-same',
            grade: 'safe',
            consequence: `The topic is called ${is.name} as before.`,
            source: topicOperator('TopicOperatorUtil'),
          }),
        ];
  }
  if (isSameObject)
    return [
      judged(fields, {
        ...said,
        id: 'topic-name-changed',
        grade: 'refused',
        before: was.name,
        after: is.name,
        consequence: `A topic cannot be renamed: the operator refuses ("Changing spec.topicName is not supported"), the topic stays ${was.name}, and no other change of this KafkaTopic is applied either.`,
        source: topicOperator('BatchingTopicController'),
        action: `Declare ${is.name} as a KafkaTopic of its own, move producers and then consumers, and remove ${was.name} when it is drained.`,
      }),
    ];
  if (isUnmanaged(before))
    return [
      judged(fields, {
        ...said,
        id: 'topic-object-renamed-unmanaged',
        grade: 'safe',
        before: before.metadata.name,
        after: after.metadata.name,
        consequence: `KafkaTopic ${before.metadata.name} goes without its topic, which is not managed, and ${after.metadata.name} ${was.name === is.name ? 'takes it over' : `makes ${is.name}`}.`,
        source: unmanaging,
      }),
    ];
  return [
    judged(fields, {
      ...said,
      id: was.name === is.name ? 'topic-object-renamed' : 'topic-renamed',
      grade: 'data-loss',
      before: before.metadata.name,
      after: after.metadata.name,
      consequence: sentences(
        `To Kubernetes these are two objects: when KafkaTopic ${before.metadata.name} is deleted, the operator deletes ${was.name} from Kafka with every record${historyOf(states.base, was)} and its groups' offsets,`,
        was.name === is.name
          ? `and then makes it again for ${after.metadata.name}, empty.`
          : `and ${after.metadata.name} makes ${is.name}, empty.`,
        was.name !== is.name && usersLeft(states.head, was.name),
      ),
      source: unmanaging,
      action:
        was.name === is.name
          ? `Annotate ${before.metadata.name} with strimzi.io/managed: "false" and apply that; then the rename leaves the topic alone.`
          : `Keep ${before.metadata.name} beside ${after.metadata.name} until consumers have drained it.`,
    }),
  ];
}

function repointed(change: ResourceChange, before: Resource, after: Resource, { head }: States): Judged[] {
  const fields = fieldsAt(change, ['metadata', 'labels', 'strimzi.io/cluster']);
  const [from, to] = [clusterLabel(before), clusterLabel(after)];
  if (fields.length === 0 || from === to) return [];
  const topic = topicOn(head, after)?.name ?? after.metadata.name;
  const isKnown = clusterOn(head, after) !== undefined;
  return [
    judged(fields, {
      id: 'topic-repointed',
      grade: 'unavailable',
      path: 'metadata.labels.strimzi.io/cluster',
      before: from,
      after: to,
      consequence: sentences(
        to === undefined
          ? `No operator follows the KafkaTopic any more: without the label it belongs to no cluster.`
          : isKnown
            ? `Kafka ${to} gets ${topic}, empty.`
            : `No Kafka ${to} is among the manifests: if there is none, nobody makes the topic, and no status says so.`,
        from !== undefined &&
          `${topic} stays in Kafka ${from} with its records, where nobody manages it any more; no record is copied, and groups start anew.`,
        `Clients go on with the cluster that they are told.`,
      ),
      source: topicOperator('TopicEventHandler'),
      ...(to !== undefined && { action: 'Mirror the records first (KafkaMirrorMaker2), move the clients, then the label.' }),
    }),
  ];
}

function managed(change: ResourceChange, before: Resource, after: Resource): Judged[] {
  return ['strimzi.io/managed', 'strimzi.io/pause-reconciliation'].flatMap((name) => {
    const fields = fieldsAt(change, ['metadata', 'annotations', name]);
    const [was, is] = [annotation(before, name), annotation(after, name)];
    if (fields.length === 0 || was === is) return [];
    // Managed unless it says false, paused only if it says true.
    const acts = (value: string | undefined): boolean =>
      name === 'strimzi.io/managed' ? value?.toLowerCase() !== 'false' : value?.toLowerCase() !== 'true';
    const topic = textAt(after, 'spec', 'topicName') ?? after.metadata.name;
    return [
      judged(fields, {
        id: acts(is) ? 'topic-followed' : 'topic-not-followed',
        grade: acts(is) || acts(was) === acts(is) ? 'safe' : 'refused',
        path: `metadata.annotations.${name}`,
        before: was,
        after: is,
        consequence: acts(is)
          ? `The operator follows this KafkaTopic: what it says is applied to ${topic} now, changes made elsewhere are undone.`
          : `The operator applies nothing of this KafkaTopic to ${topic} from now on, the other changes of this review included${name === 'strimzi.io/managed' ? '; deleting it leaves the topic in Kafka' : '; deleting it still deletes the topic'}.`,
        source: name === 'strimzi.io/managed' ? unmanaging : sources.strimzi,
      }),
    ];
  });
}
