import { strimzi, topic } from './strimzi-pair.js';
import type { ReviewPair } from './review-pair.js';

const connect = (more = '', offsets = 'offsets'): string =>
  strimzi(
    'KafkaConnect',
    'connect',
    `replicas: 2\nbootstrapServers: bhf-kafka-bootstrap:9092\ngroupId: connect\nconfigStorageTopic: configs\noffsetStorageTopic: ${offsets}\nstatusStorageTopic: status\n${more}`,
    { labels: '', annotations: 'strimzi.io/use-connector-resources: "true"' },
  );
const connector = (spec: string): string => strimzi('KafkaConnector', 'source', spec, { labels: 'strimzi.io/cluster: connect' });
const mirror = (alias: string): string =>
  strimzi(
    'KafkaMirrorMaker2',
    'mirror',
    `replicas: 1\ntarget: {alias: here, bootstrapServers: "bhf-kafka-bootstrap:9092", groupId: m, configStorageTopic: c, offsetStorageTopic: o, statusStorageTopic: s}\nmirrors: [{source: {alias: ${alias}, bootstrapServers: "far:9092"}, sourceConnector: {}}]`,
    { labels: '' },
  );
const documentation = 'Kafka 4.3 documentation, connectconfigs';

export const connectPairs: readonly ReviewPair[] = [
  {
    name: 'another topic for the offsets',
    source: `${documentation}: offset.storage.topic`,
    beside: connector('class: A\ntasksMax: 1'),
    before: connect(),
    after: connect('', 'offsets-2'),
    says: [{ id: 'connect-offsets-forgotten', grade: 'reorders', words: ['from the beginning', 'Sinks keep'] }],
  },
  {
    name: 'an option that Strimzi sets',
    source: 'KafkaConnectSpec.FORBIDDEN_PREFIXES 1.2.0',
    before: connect(),
    after: connect('config: {plugin.path: /plugins}'),
    says: [{ id: 'connect-option-reserved', grade: 'refused' }],
  },
  {
    name: 'a connector stopped',
    source: 'Kafka 4.3 documentation, connect_running',
    beside: connect(),
    before: connector('class: A\ntasksMax: 1'),
    after: connector('class: A\ntasksMax: 1\nstate: stopped'),
    says: [{ id: 'connector-stops', grade: 'unavailable', words: ['copies nothing while it is stopped'] }],
  },
  {
    name: 'more tasks than partitions',
    source: 'Kafka 4.3 documentation, connect_running',
    beside: connect() + topic('partitions: 3'),
    before: connector('class: A\ntasksMax: 3\nconfig: {topics: orders.created}'),
    after: connector('class: A\ntasksMax: 8\nconfig: {topics: orders.created}'),
    says: [{ id: 'connector-tasks', grade: 'rebalance', words: ['3 partitions: 5 tasks do nothing'] }],
  },
  {
    name: 'a mirror whose source is called otherwise',
    source: 'Strimzi documentation, con-config-mirrormaker2-topic-names',
    before: mirror('far'),
    after: mirror('remote'),
    says: [{ id: 'mirror-alias', grade: 'reorders', words: ['remote.TOPIC', 'far.TOPIC get nothing more'] }],
  },
  {
    name: 'a rebalance added',
    source: 'Strimzi documentation, proc-generating-optimization-proposals',
    before: '',
    after: strimzi('KafkaRebalance', 'full', 'mode: full'),
    says: [{ id: 'rebalance-proposal', grade: 'safe', words: ['approves'] }],
  },
  {
    name: 'a rebalance that approves itself',
    source: 'operator KafkaRebalanceAssemblyOperator 1.2.0',
    before: '',
    after: strimzi('KafkaRebalance', 'more', 'mode: add-brokers\nbrokers: [3, 4]', {
      annotations: 'strimzi.io/rebalance-auto-approval: "true"',
    }),
    says: [{ id: 'rebalance-moves', grade: 'rebalance', words: ['brokers 3, 4'] }],
  },
];
