import { at, listAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import { sources } from '../../../constructs/model/rule.js';
import { clusterLabel } from '../../../constructs/model/system.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { clusterFor, restartOf } from './kafka-cluster.js';
import { authorizationConsequences, listenerConsequences } from './kafka-listeners.js';
import { brokerOptionConsequences } from './kafka-options.js';
import { partConsequences } from './kafka-parts.js';
import { versionConsequences } from './kafka-version.js';
import { counted, listed, sentences } from './strimzi-words.js';
import { judged } from './workload-fields.js';

/** What a change of a Kafka does to its brokers and all who use them. */
export const kafkaReviewer: Reviewer = {
  kinds: ['Kafka'],
  judge: (change, states) => {
    if (change.how === 'added') return added(change, states);
    if (change.how === 'removed' || change.before?.metadata.name !== change.after?.metadata.name) return removed(change, states);
    const found = [
      versionConsequences,
      brokerOptionConsequences,
      listenerConsequences,
      authorizationConsequences,
      partConsequences,
    ].flatMap((judge) => judge(change, states));
    return restartedOnce(found, restartOf(states.head, clusterFor(states.head, change.after)));
  },
};

/** Several changes of one Kafka restart its nodes once, and what a restart costs is told once: with the first, which names the others. */
function restartedOnce(found: readonly Judged[], restart: string): Judged[] {
  const plain = found.filter(({ id }) => id === 'kafka-option-rolling');
  const options: Judged[] =
    plain.length < 2
      ? [...plain]
      : [
          judged(
            plain.flatMap(({ explains }) => explains),
            {
              id: 'kafka-option-rolling',
              grade: 'rolling',
              path: 'spec.kafka.config',
              before: undefined,
              after: undefined,
              consequence: sentences(...plain.map(({ consequence }) => without(consequence, restart)), restart),
              source: 'https://kafka.apache.org/43/documentation.html#brokerconfigs',
            },
          ),
        ];
  const all = found.flatMap((one) => (one.id !== 'kafka-option-rolling' ? [one] : one === plain[0] ? options : []));
  const restarting = all.filter(({ consequence }) => consequence.includes(restart));
  if (restarting.length < 2) return all;
  return all.map((one) =>
    one === restarting[0]
      ? {
          ...one,
          consequence: `${one.consequence} Once for all of it: ${listed(restarting.map(({ path }) => path.replace('spec.kafka.', '')))}.`,
        }
      : restarting.includes(one)
        ? { ...one, consequence: without(one.consequence, restart) }
        : one,
  );
}

const without = (text: string, sentence: string): string => text.replace(sentence, '').replace(/\s+/g, ' ').trim();

const added = ({ after }: ResourceChange, { head }: States): Judged[] =>
  after === undefined
    ? []
    : [
        judged([], {
          id: 'kafka-added',
          grade: 'safe',
          consequence: `A new Kafka ${after.metadata.name} starts, empty, with ${counted(clusterFor(head, after)?.brokers ?? 0, 'broker')}.`,
          source: sources.strimzi,
        }),
      ];

const recovery = 'https://strimzi.io/docs/operators/1.2.0/deploying.html#proc-cluster-recovery-volume-str';

function removed(change: ResourceChange, { base, head }: States): Judged[] {
  const kafka = change.before;
  if (kafka === undefined) return [];
  const { name } = kafka.metadata;
  const other = change.how === 'removed' ? undefined : change.after?.metadata.name;
  const pools = base.ofKind('KafkaNodePool').filter((pool) => clusterLabel(pool) === name);
  const left = head.ofKind('KafkaNodePool').filter((pool) => clusterLabel(pool) === name);
  const losing = pools.filter((pool) => !left.some(({ metadata }) => metadata.name === pool.metadata.name) && losesVolumes(pool));
  const topics = head.ofKind('KafkaTopic').filter((topic) => clusterLabel(topic) === name);
  return [
    judged(change.fields, {
      id: other === undefined ? 'kafka-removed' : 'kafka-renamed',
      grade: losing.length > 0 ? 'data-loss' : 'unavailable',
      consequence: sentences(
        other !== undefined &&
          `To Kubernetes Kafka ${other} is another cluster: it starts empty, with a new id, new addresses and new certificates.`,
        `Kafka ${name} goes, with its addresses, certificates and operators: all its clients are cut off.`,
        losing.length > 0 &&
          `The volumes of ${losing.length === 1 ? 'pool' : 'pools'} ${listed(losing.map(({ metadata }) => metadata.name))} are deleted with every record (deleteClaim, or ephemeral).`,
        losing.length === 0 &&
          pools.length > 0 &&
          'The PersistentVolumeClaims stay; only a Kafka with the old cluster id takes them up again.',
        left.length > 0 &&
          `${left.length === 1 ? 'Pool' : 'Pools'} ${listed(left.map(({ metadata }) => metadata.name))} ${left.length === 1 ? 'is' : 'are'} left without anybody who looks after ${left.length === 1 ? 'it' : 'them'}.`,
        topics.length > 0 &&
          `${counted(topics.length, 'KafkaTopic')} hang on their finalizers when they are deleted.`.replace(
            '1 KafkaTopic hang on their finalizers when they are',
            '1 KafkaTopic hangs on its finalizer when it is',
          ),
      ),
      source: recovery,
      action:
        other === undefined
          ? `Mirror the topics first. To keep the volumes, see that deleteClaim is false in every pool, and write down status.clusterId.`
          : `Leave the name, or run ${other} beside ${name}, mirror the topics (KafkaMirrorMaker2), and move the clients.`,
    }),
  ];
}

function losesVolumes(pool: Resource): boolean {
  const storage = at(pool, 'spec', 'storage');
  const volumes = textAt(storage, 'type') === 'jbod' ? listAt(storage, 'volumes') : [storage];
  return volumes.some((volume) => textAt(volume, 'type') === 'ephemeral' || at(volume, 'deleteClaim') === true);
}
