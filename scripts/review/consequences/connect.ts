import { at, listAt, numberAt, recordAt, shown, textAt, type Resource } from '../../../constructs/model/resource.js';
import { sources, strimziApi } from '../../../constructs/model/rule.js';
import { annotation, clusterLabel } from '../../../constructs/model/system.js';
import { isReserved, reservedOptions } from '../../../constructs/model/reserved-options.js';
import { identical } from '../values.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import type { Grade } from '../grade.js';
import { restarts } from './kafka-cluster.js';
import { counted, listed, sentences } from './strimzi-words.js';
import { fieldsAt, fieldsBelow, judged } from './workload-fields.js';
import { indexOf } from './workload-index.js';

const connectDocument = 'https://kafka.apache.org/43/documentation.html#connectconfigs_';

/** What a change of a KafkaConnect does to its connectors. */
export const connectReviewer: Reviewer = {
  kinds: ['KafkaConnect'],
  judge: (change, states) => {
    if (change.how === 'added') return [];
    if (change.how === 'removed' || change.before?.metadata.name !== change.after?.metadata.name) return connectRemoved(change, states);
    return [...identity(change, states), ...reservedConfig(change), ...workers(change)];
  },
};

const connectorsOf = ({ head }: States, connect: Resource): string[] =>
  head
    .ofKind('KafkaConnector')
    .filter((connector) => clusterLabel(connector) === connect.metadata.name)
    .map(({ metadata }) => metadata.name);

function connectRemoved(change: ResourceChange, states: States): Judged[] {
  const connect = change.before;
  if (connect === undefined) return [];
  const connectors = connectorsOf(states, connect);
  return [
    judged(change.fields, {
      id: 'connect-removed',
      grade: 'unavailable',
      consequence: sentences(
        `All connectors of ${connect.metadata.name} stop${connectors.length > 0 ? `: ${listed(connectors)}` : ''}.`,
        'Their offsets stay in Kafka, in its storage topics and the groups connect-NAME: a Connect with the same groupId and topics goes on from there.',
      ),
      source: sources.strimzi,
    }),
  ];
}

/** How a Connect finds its own again: its group, and three topics. */
function identity(change: ResourceChange, states: States): Judged[] {
  const { after } = change;
  if (after === undefined) return [];
  const isDeclared = annotation(after, 'strimzi.io/use-connector-resources') === 'true';
  const connectors = connectorsOf(states, after);
  const whose = connectors.length > 0 ? listed(connectors) : 'its connectors';
  const said: Readonly<Record<string, Pick<Judged, 'id' | 'grade' | 'consequence' | 'action'>>> = {
    groupId: {
      id: 'connect-group',
      grade: 'rebalance',
      consequence: `The workers form a new group: ${whose} stop with the old one and start in the new one, from the same offsets while the three storage topics stay. If another Connect keeps the old group and the topics, each spoils what the other writes.`,
      action: 'Change the three storage topics only together with groupId, or leave all four.',
    },
    offsetStorageTopic: {
      id: 'connect-offsets-forgotten',
      grade: 'reorders',
      consequence: `Source connectors of ${after.metadata.name} forget how far they were: they read their source again from the beginning, and old records come after new ones. Sinks keep their place in the groups connect-NAME.`,
      action: 'Leave it, or copy the old topic with all its keys into the new one first.',
    },
    configStorageTopic: {
      id: 'connect-config-forgotten',
      grade: isDeclared ? 'rebalance' : 'unavailable',
      consequence: isDeclared
        ? `${after.metadata.name} forgets its connectors, and the operator makes those that are declared again: ${whose} start anew, from their old offsets.`
        : `${after.metadata.name} forgets its connectors, and nobody makes them again: they were made by its REST API.`,
    },
    statusStorageTopic: {
      id: 'connect-status-forgotten',
      grade: 'rolling',
      consequence: `${after.metadata.name} forgets the state of its connectors and learns it anew: a connector that was paused by hand runs.`,
    },
  };
  return Object.entries(said).flatMap(([field, one]) => {
    const fields = fieldsAt(change, ['spec', field]);
    return fields.length === 0 ? [] : [judged(fields, { ...one, source: `${connectDocument}${configOf[field] ?? ''}` })];
  });
}

const configOf: Readonly<Record<string, string>> = {
  groupId: 'group.id',
  offsetStorageTopic: 'offset.storage.topic',
  configStorageTopic: 'config.storage.topic',
  statusStorageTopic: 'status.storage.topic',
};

function reservedConfig(change: ResourceChange): Judged[] {
  const [before, after] = [recordAt(change.before, 'spec', 'config'), recordAt(change.after, 'spec', 'config')];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((option) => {
    const fields = fieldsAt(change, ['spec', 'config', option]);
    if (fields.length === 0 || identical(before[option], after[option]) || !isReserved(option, reservedOptions.KafkaConnectSpec)) return [];
    return [
      judged(fields, {
        id: 'connect-option-reserved',
        grade: 'refused',
        path: `spec.config.${option}`,
        before: before[option],
        after: after[option],
        consequence: `Nothing happens: the operator sets ${option} itself, and drops what stands here with a line in its log.`,
        source: strimziApi('connect/KafkaConnectSpec'),
        action: 'Use the field of spec that is made for it.',
      }),
    ];
  });
}

/** What else the workers are started with. */
function workers(change: ResourceChange): Judged[] {
  const { before, after } = change;
  if (before === undefined || after === undefined) return [];
  const taken = ['groupId', 'offsetStorageTopic', 'configStorageTopic', 'statusStorageTopic'];
  const count = numberAt(after, 'spec', 'replicas') ?? 0;
  const fieldsOfReplicas = fieldsAt(change, ['spec', 'replicas']);
  const found: Judged[] = [];
  if (fieldsOfReplicas.length > 0)
    found.push(
      judged(fieldsOfReplicas, {
        id: 'connect-replicas',
        grade: count === 0 ? 'unavailable' : 'rebalance',
        consequence:
          count === 0
            ? `No worker is left: all connectors of ${after.metadata.name} stand still.`
            : `The tasks of ${after.metadata.name} are dealt out anew over ${counted(count, 'worker')}: those that move stop for it, and of a worker that went away after scheduled.rebalance.max.delay.ms (5 min by default).`,
        source: `${connectDocument}scheduled.rebalance.max.delay.ms`,
      }),
    );
  const rest = change.fields.filter(
    ({ steps }) =>
      steps[0] === 'spec' &&
      steps[1] !== 'replicas' &&
      steps[1] !== 'logging' &&
      !taken.includes(String(steps[1])) &&
      !(steps[1] === 'config' && isReserved(String(steps[2] ?? ''), reservedOptions.KafkaConnectSpec)),
  );
  if (rest.length > 0)
    found.push(
      judged(rest, {
        id: 'connect-rolling',
        grade: 'rolling',
        consequence: `${restarts(count, 'worker')} of ${after.metadata.name}${rest.some(({ steps }) => steps[1] === 'build') ? ', with a newly built image' : ''}: its tasks move meanwhile, and some records come twice.`,
        source: sources.strimzi,
      }),
    );
  return found;
}

/** What a change of a KafkaConnector does. */
export const connectorReviewer: Reviewer = {
  kinds: ['KafkaConnector'],
  judge: (change, states) => {
    const { before, after } = change;
    if (change.how === 'added') return [];
    if (before === undefined || after === undefined || before.metadata.name !== after.metadata.name) return connectorRemoved(change);
    return [...connectorState(change, after), ...tasks(change, after, states), ...connectorConfig(change, before, after)];
  },
};

const connectors = 'https://kafka.apache.org/43/documentation.html#connect_running';

function connectorRemoved(change: ResourceChange): Judged[] {
  const name = change.before?.metadata.name ?? '';
  const other = change.how === 'removed' ? undefined : change.after?.metadata.name;
  return [
    judged(change.fields, {
      id: other === undefined ? 'connector-removed' : 'connector-renamed',
      grade: other === undefined ? 'unavailable' : 'reorders',
      consequence:
        other === undefined
          ? `Connector ${name} is deleted and copies nothing any more. Its offsets stay: one of the same name goes on from there.`
          : `To Connect ${other} is another connector: as a source it reads all again, as a sink it joins the new group connect-${other} and starts at the beginning. Old records come after new ones.`,
      source: connectors,
      ...(other !== undefined && {
        action: `Leave the name, or carry the offsets over (strimzi.io/connector-offsets) before ${other} starts.`,
      }),
    }),
  ];
}

function connectorState(change: ResourceChange, after: Resource): Judged[] {
  const fields = fieldsAt(change, ['spec', 'state'], ['spec', 'pause']);
  const state = textAt(after, 'spec', 'state') ?? 'running';
  if (fields.length === 0) return [];
  return [
    judged(fields, {
      id: state === 'running' ? 'connector-runs' : 'connector-stops',
      grade: state === 'running' ? 'safe' : 'unavailable',
      consequence:
        state === 'running'
          ? `Connector ${after.metadata.name} goes on from its last offsets.`
          : `Connector ${after.metadata.name} copies nothing while it is ${state}; its offsets stay, as long as the records behind them are kept.`,
      source: connectors,
    }),
  ];
}

function tasks(change: ResourceChange, after: Resource, { head }: States): Judged[] {
  const fields = fieldsAt(change, ['spec', 'tasksMax']);
  if (fields.length === 0) return [];
  const max = numberAt(after, 'spec', 'tasksMax') ?? 1;
  const topics = (textAt(after, 'spec', 'config', 'topics') ?? '').split(',').filter(Boolean);
  const sizes = topics.map((topic) => indexOf(head).topics.get(topic.trim())?.partitions);
  const partitions = sizes.length > 0 && !sizes.includes(undefined) ? sizes.reduce((sum: number, size) => sum + (size ?? 0), 0) : undefined;
  return [
    judged(fields, {
      id: 'connector-tasks',
      grade: 'rebalance',
      consequence: sentences(
        `Connector ${after.metadata.name} has up to ${counted(max, 'task')}: all of its tasks stop and start again.`,
        partitions !== undefined &&
          max > partitions &&
          `Its topics have ${counted(partitions, 'partition')}: ${counted(max - partitions, 'task')} ${max - partitions === 1 ? 'does' : 'do'} nothing.`,
      ),
      source: connectors,
      ...(partitions !== undefined && max > partitions && { action: `Set tasksMax to ${partitions}.` }),
    }),
  ];
}

function connectorConfig(change: ResourceChange, before: Resource, after: Resource): Judged[] {
  const found: Judged[] = [];
  const { name } = after.metadata;
  const classFields = fieldsAt(change, ['spec', 'class']);
  if (classFields.length > 0)
    found.push(
      judged(classFields, {
        id: 'connector-class',
        grade: 'unavailable',
        consequence: `Connector ${name} becomes a ${shown(at(after, 'spec', 'class'))}, with the offsets of a ${shown(at(before, 'spec', 'class'))}, which it may not understand. Where the image lacks the class, the connector fails.`,
        source: connectors,
        action: 'Give the new connector a name of its own.',
      }),
    );
  const topicFields = fieldsBelow(change, ['spec', 'config', 'topics'], ['spec', 'config', 'topics.regex']);
  if (topicFields.length > 0)
    found.push(
      judged(topicFields, {
        id: 'connector-topics',
        grade: 'rebalance',
        consequence: `Connector ${name} takes other topics: its group rebalances, starts those that are new at the beginning, and leaves those that went where they are.`,
        source: connectors,
      }),
    );
  const rest = change.fields.filter(
    ({ steps }) => steps[0] === 'spec' && steps[1] === 'config' && !String(steps[2] ?? '').startsWith('topics'),
  );
  if (rest.length > 0)
    found.push(
      judged(rest, {
        id: 'connector-config',
        grade: 'rolling' satisfies Grade,
        consequence: `Connector ${name} and its tasks start again with the new settings, from their last offsets; some records come twice. What Connect does not take stands in the status, and the old settings go on.`,
        source: connectors,
      }),
    );
  return found;
}

/** Aliases and names of a MirrorMaker 2, of which the names of topics are made. */
export const mirrorReviewer: Reviewer = {
  kinds: ['KafkaMirrorMaker2'],
  judge: (change) => {
    const { before, after, fields } = change;
    if (change.how === 'added') return [];
    if (before === undefined || after === undefined) return [mirrorsGone(change, aliasesOf(before))];
    const [was, is] = [aliasesOf(before), aliasesOf(after)];
    const gone = was.filter((alias) => !is.includes(alias));
    const come = is.filter((alias) => !was.includes(alias));
    const target = textAt(before, 'spec', 'target', 'alias') !== textAt(after, 'spec', 'target', 'alias');
    const found: Judged[] = [];
    if (gone.length > 0 && come.length > 0)
      found.push(
        judged(fieldsAt(change, ['spec', 'mirrors']), {
          id: 'mirror-alias',
          grade: 'reorders',
          consequence: keepsNames(after)
            ? `The source is called ${listed(come)}, no longer ${listed(gone)}: topics keep their names (IdentityReplicationPolicy), but the mirror forgets how far it was and copies all again, older records after newer ones.`
            : `The source is called ${listed(come)}, no longer ${listed(gone)}: topics are mirrored into ${listed(come.map((alias) => `${alias}.TOPIC`))} from the beginning, and ${listed(gone.map((alias) => `${alias}.TOPIC`))} get nothing more. A reader of the old names stands still, one of both reads all twice.`,
          source: mirrorNames,
          action: 'Leave the alias: it is part of the names of topics and of the place where offsets are kept.',
        }),
      );
    else if (gone.length > 0) found.push(mirrorsGone(change, gone));
    if (target)
      found.push(
        judged(fieldsAt(change, ['spec', 'target', 'alias']), {
          id: 'mirror-target-alias',
          grade: 'reorders',
          consequence:
            'The offsets of the mirrors are kept by the alias of the target too: all is mirrored again from the beginning, and comes twice.',
          source: mirrorNames,
          action: 'Leave the alias.',
        }),
      );
    const told = new Set(found.flatMap(({ explains }) => explains));
    const rest = fields.filter((field) => field.steps[0] === 'spec' && !told.has(field));
    if (rest.length > 0)
      found.push(
        judged(rest, {
          id: 'mirror-changed',
          grade: 'rolling',
          consequence: `${restarts(numberAt(after, 'spec', 'replicas') ?? 0, 'worker')} or ${after.metadata.name} starts its connectors again, from their last offsets: mirroring waits for it, and some records come twice.`,
          source: sources.strimzi,
        }),
      );
    return found;
  },
};

const mirrorNames = 'https://strimzi.io/docs/operators/1.2.0/deploying.html#con-config-mirrormaker2-topic-names-str';
/** Whether mirrored topics are called as in their source. */
const keepsNames = (mirror: Resource): boolean =>
  listAt(mirror, 'spec', 'mirrors').some((one) =>
    (textAt(one, 'sourceConnector', 'config', 'replication.policy.class') ?? '').endsWith('IdentityReplicationPolicy'),
  );
const aliasesOf = (mirror: Resource | undefined): string[] =>
  listAt(mirror, 'spec', 'mirrors').flatMap((one) => textAt(one, 'source', 'alias') ?? []);

const mirrorsGone = (change: ResourceChange, aliases: readonly string[]): Judged =>
  judged(change.how === 'removed' ? [] : fieldsAt(change, ['spec', 'mirrors']), {
    id: 'mirror-removed',
    grade: 'unavailable',
    consequence: `Nothing is mirrored from ${aliases.length === 0 ? 'its sources' : listed(aliases)} any more. What was mirrored stays, and so do the offsets.`,
    source: mirrorNames,
  });
