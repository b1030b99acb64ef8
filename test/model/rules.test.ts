import { describe, expect, it } from '@jest/globals';
import { checkResources, rules } from '../../constructs/model/check.js';
import type { Finding } from '../../constructs/model/finding.js';
import { cases } from './cases/all.js';
import type { Case, Change } from './cases/case.js';
import { contracts, resourcesOf, soundSystem, type Objects } from './system-fixture.js';

function findings(change: Change, target?: Case['target']): Finding[] {
  const objects = soundSystem();
  change(objects);
  // As YAML would hold it: what is undefined is not there.
  return checkResources(resourcesOf(JSON.parse(JSON.stringify(objects)) as Objects), { contracts, target });
}

it('finds nothing in a sound system', () => expect(findings(() => undefined)).toEqual([]));

describe.each(cases)('$rule at $path', ({ rule, accepts, refuses, says, path, target }) => {
  it('accepts', () => expect(findings(accepts, target).filter((found) => found.rule === rule)).toEqual([]));

  it('refuses, and teaches', () => {
    const found = findings(refuses, target).find((candidate) => candidate.rule === rule && candidate.path === path);
    expect(found?.source).toBeTruthy();
    for (const words of says) expect(found?.message).toContain(words);
  });
});

it('says one mistake once', () => {
  for (const { rule, refuses, target } of cases) {
    const errors = findings(refuses, target).filter(({ severity }) => severity === 'error');
    const places = errors.map(({ resource, path }) => `${resource.kind} ${resource.name} ${path}`);
    expect({ rule, twice: places.filter((place, i) => places.indexOf(place) < i) }).toEqual({ rule, twice: [] });
  }
});

it('has an accepting and a refusing case for every rule', () => {
  const covered = new Set(cases.map(({ rule }) => rule));
  expect(rules.filter(({ id }) => !covered.has(id)).map(({ id }) => id)).toEqual([]);
});

it('gives every rule an id of its own', () => expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length));

it('puts errors first, and names object and file', () => {
  const objects = soundSystem();
  objects.topic = {
    ...objects.topic,
    file: 'dist/k3s/topic.yaml',
    spec: { partitions: 0, replicas: 3, config: { 'min.insync.replicas': 3 } },
  };
  const [first, ...others] = checkResources(resourcesOf(objects), { contracts });
  expect(first).toEqual({
    rule: 'field-invalid',
    severity: 'error',
    message: 'spec.partitions is 0: give 1 or more',
    resource: { kind: 'KafkaTopic', name: 'sales.order.created', namespace: 'kafka' },
    path: 'spec.partitions',
    source: expect.any(String) as unknown as string,
    file: 'dist/k3s/topic.yaml',
  });
  expect(others.every(({ severity }) => severity !== 'error')).toBe(true);
});

it('says one thing about the lab manifest of old for each of its traps', () => {
  const objects = soundSystem();
  objects.kafka.metadata.annotations = { 'strimzi.io/kraft': 'enabled', 'strimzi.io/node-pools': 'enabled' };
  Object.assign(objects.kafka.spec.kafka, {
    version: '4.0.0',
    metadataVersion: '4.0-IV3',
    replicas: 3,
    storage: { type: 'ephemeral' },
    resources: {},
  });
  objects.kafka.spec.kafka.config = {
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'inter.broker.protocol.version': '4.0',
    'log.message.format.version': '4.0',
  };
  objects.topic.metadata.namespace = 'kafka-training';
  delete (objects as Record<string, unknown>)['brokers'];
  delete (objects as Record<string, unknown>)['controllers'];
  const said = checkResources(resourcesOf(objects), { contracts }).map(({ rule, path }) => `${rule} ${path}`);
  expect(said).toEqual([
    'field-moved spec.kafka.replicas',
    'field-moved spec.kafka.storage',
    'field-moved spec.kafka.resources',
    'kafka-version-unsupported spec.kafka.version',
    'broker-option-gone spec.kafka.config.inter.broker.protocol.version',
    'broker-option-gone spec.kafka.config.log.message.format.version',
    'annotation-obsolete metadata.annotations.strimzi.io/kraft',
    'annotation-obsolete metadata.annotations.strimzi.io/node-pools',
    'broker-replication-low spec.kafka.config.default.replication.factor',
    'broker-replication-low spec.kafka.config.offsets.topic.replication.factor',
    'broker-replication-low spec.kafka.config.transaction.state.log.replication.factor',
    'broker-replication-low spec.kafka.config.min.insync.replicas',
    'broker-replication-low spec.kafka.config.transaction.state.log.min.isr',
    'cluster-without-node-pools metadata.name',
    'namespaces-mixed metadata.namespace',
    'topics-created-by-anybody spec.kafka.config.auto.create.topics.enable',
  ]);
});

it('names the fields to move in a manifest of an old API version too', () => {
  const said = findings((o) => {
    o.kafka.apiVersion = 'kafka.strimzi.io/v1beta2';
    o.kafka.spec.kafka.replicas = 3;
  });
  expect(said.map(({ rule }) => rule)).toEqual(['api-version', 'field-moved']);
});

it('tolerates objects that are nonsense', () => {
  for (const kind of ['Kafka', 'KafkaNodePool', 'KafkaTopic', 'Deployment', 'ResourceQuota']) {
    for (const spec of [
      undefined,
      null,
      7,
      [],
      'x',
      { kafka: [], replicas: {}, config: 3, storage: 'x', roles: 5, template: { spec: { containers: [null] } }, hard: [] },
    ]) {
      const apiVersion = kind.startsWith('Kafka') ? 'kafka.strimzi.io/v1' : 'v1';
      const resource = { apiVersion, kind, metadata: { name: 'x', labels: 5, annotations: [] }, spec };
      expect(() => checkResources([resource] as unknown as Parameters<typeof checkResources>[0], { contracts })).not.toThrow();
    }
  }
});
