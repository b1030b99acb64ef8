import type { Case } from './case.js';
import { bridge, connect } from './clients.js';
import type { Loose, Objects } from '../system-fixture.js';

const volumes = (o: Objects, ...names: string[]): void =>
  void (o.brokers.spec.template = { pod: { volumes: names.map((name) => ({ name, emptyDir: {} })) } });
const mount = (mountPath: string): Loose => ({ volumeMounts: [{ name: 'a', mountPath }] });
const logging = (key: string): Loose => ({ type: 'external', valueFrom: { configMapKeyRef: { name: 'log', key } } });
const configMap = (data: Loose): Loose => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'log', namespace: 'kafka' }, data });
const reporter = (...allowList: string[]): Loose => ({ metricsConfig: { type: 'strimziMetricsReporter', values: { allowList } } });

export const templateCases: readonly Case[] = [
  ...['-data', 'a', 'my data', 'x'.repeat(64)].map((name): Case => ({
    rule: 'additional-volume-name',
    accepts: (o) => volumes(o, 'x'.repeat(63), 'my-data'),
    refuses: (o) => volumes(o, 'my-data', name),
    says: [`"${name}" is no name of a volume`, '2 to 63'],
    path: 'spec.template.pod.volumes[1].name',
  })),
  {
    rule: 'additional-volume-twice',
    accepts: (o) => volumes(o, 'one', 'two'),
    refuses: (o) => volumes(o, 'one', 'two', 'one'),
    says: ['volume one is added twice', 'rename one'],
    path: 'spec.template.pod.volumes[2].name',
  },
  {
    rule: 'additional-mount-outside',
    accepts: (o) => void (o.kafka.spec.entityOperator.template = { topicOperatorContainer: mount('/mnt/data') }),
    refuses: (o) => void (o.kafka.spec.entityOperator.template = { topicOperatorContainer: mount('/data') }),
    says: ['mountPath is /data', '/mnt/data'],
    path: 'spec.entityOperator.template.topicOperatorContainer.volumeMounts[0].mountPath',
  },
  {
    rule: 'config-map-reference-incomplete',
    accepts: (o) => void (o.kafka.spec.kafka.logging = logging('log4j2.properties')),
    refuses: (o) => void (o.kafka.spec.kafka.logging = { type: 'external' }),
    says: ['no name and no key', 'logging configuration'],
    path: 'spec.kafka.logging.valueFrom.configMapKeyRef',
  },
  {
    rule: 'config-map-reference-incomplete',
    accepts: (o) => void (o['client'] = connect({ metricsConfig: { ...logging('rules'), type: 'jmxPrometheusExporter' } })),
    refuses: (o) =>
      void (o['client'] = connect({ metricsConfig: { type: 'jmxPrometheusExporter', valueFrom: { configMapKeyRef: { name: 'x' } } } })),
    says: ['has no key', 'metrics rules'],
    path: 'spec.metricsConfig.valueFrom.configMapKeyRef',
  },
  {
    rule: 'config-map-key-missing',
    accepts: (o) => {
      o['map'] = configMap({ 'log4j2.properties': 'x' });
      o['client'] = bridge({ logging: logging('log4j2.properties') });
    },
    refuses: (o) => {
      o['map'] = configMap({ 'log4j2.properties': 'x' });
      o['client'] = bridge({ logging: logging('log4j.properties') });
    },
    says: ['no key log4j.properties', 'it has log4j2.properties'],
    path: 'spec.logging.valueFrom.configMapKeyRef.key',
  },
  {
    rule: 'config-map-key-missing',
    accepts: (o) => void (o['client'] = bridge({ logging: logging('log4j.properties') })),
    refuses: (o) => {
      o['map'] = configMap(undefined);
      o['client'] = bridge({ logging: logging('log4j.properties') });
    },
    says: ['it has none'],
    path: 'spec.logging.valueFrom.configMapKeyRef.key',
  },
  {
    rule: 'metrics-allow-list-empty',
    accepts: (o) => void (o['client'] = bridge({ metricsConfig: { type: 'strimziMetricsReporter' } })),
    refuses: (o) => void (o['client'] = bridge(reporter())),
    says: ['is empty', 'kafka_server.*'],
    path: 'spec.metricsConfig.values.allowList',
  },
  ...['(', 'kafka_[', '*'].map((bad): Case => ({
    rule: 'metrics-allow-list-invalid',
    accepts: (o) => void (o['client'] = bridge(reporter('kafka_.*', '(?i)kafka', 'a++', '\\Qa.b\\E'))),
    refuses: (o) => void (o['client'] = bridge(reporter('kafka_.*', bad))),
    says: [`"${bad}"`, 'correct it'],
    path: 'spec.metricsConfig.values.allowList',
  })),
];
