import type { Loose } from '../system-fixture.js';
import { strimzi } from './case.js';

/** A sound Bridge, and what a test adds. */
export const bridge = (more: Loose): Loose =>
  strimzi('KafkaBridge', 'bridge', { replicas: 1, bootstrapServers: 'x:9092', http: { port: 8080 }, ...more });
/** A sound Connect. */
export const connect = (more: Loose): Loose =>
  strimzi('KafkaConnect', 'connect', {
    replicas: 1,
    bootstrapServers: 'x:9092',
    groupId: 'c',
    configStorageTopic: 'c',
    offsetStorageTopic: 'o',
    statusStorageTopic: 's',
    ...more,
  });
const target = {
  alias: 'b',
  bootstrapServers: 'b:9092',
  groupId: 'c',
  configStorageTopic: 'c',
  offsetStorageTopic: 'o',
  statusStorageTopic: 's',
};
/** A sound MirrorMaker 2: more of its target, more of its source. */
export const mirror = (more: Loose, source: Loose = {}): Loose =>
  strimzi('KafkaMirrorMaker2', 'mirror', {
    replicas: 1,
    target: { ...target, ...more },
    mirrors: [{ source: { alias: 'a', bootstrapServers: 'a:9092', ...source } }],
  });
