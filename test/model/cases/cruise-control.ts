import { config, singleNodes, strimzi, type Case } from './case.js';
import type { Loose, Objects } from '../system-fixture.js';

const topic = 'cruise.control.metrics.topic';
const goal = (name: string): string => `com.linkedin.kafka.cruisecontrol.analyzer.goals.${name}Goal`;
const cruise = (o: Objects, more: Loose = {}): void => void (o.kafka.spec.cruiseControl = more);
const rebalance = (o: Objects, spec: Loose): void => {
  cruise(o);
  o['rebalance'] = strimzi('KafkaRebalance', 'rebalance', spec);
};

export const cruiseControlCases: readonly Case[] = [
  {
    rule: 'cruise-control-one-broker',
    accepts: (o) => cruise(o),
    refuses: (o) => {
      singleNodes(o);
      cruise(o);
    },
    says: ['Kafka bhf-kafka has Cruise Control and 1 broker', 'remove spec.cruiseControl'],
    path: 'spec.cruiseControl',
  },
  ...['replication.factor', 'min.insync.replicas', 'num.partitions'].map((option): Case => ({
    rule: 'cruise-control-topic-not-integer',
    accepts: (o) => {
      cruise(o);
      config(o)[`${topic}.${option}`] = '2';
    },
    refuses: (o) => {
      cruise(o);
      config(o)[`${topic}.${option}`] = 'two';
    },
    says: [`${topic}.${option} is two`, 'a whole number'],
    path: `spec.kafka.config.${topic}.${option}`,
  })),
  {
    rule: 'cruise-control-topic-replicas-above-brokers',
    accepts: (o) => {
      cruise(o);
      config(o)[`${topic}.replication.factor`] = 3;
    },
    refuses: (o) => {
      cruise(o);
      config(o)[`${topic}.replication.factor`] = '4';
    },
    says: ['is 4', '3 brokers', '3 or less'],
    path: `spec.kafka.config.${topic}.replication.factor`,
  },
  {
    rule: 'cruise-control-topic-min-isr',
    accepts: (o) => {
      cruise(o);
      config(o)[`${topic}.min.insync.replicas`] = 3;
    },
    refuses: (o) => {
      cruise(o);
      delete config(o)['default.replication.factor'];
      config(o)[`${topic}.min.insync.replicas`] = 2;
    },
    says: ['is 2, above the 1', 'lower it'],
    path: `spec.kafka.config.${topic}.min.insync.replicas`,
  },
  {
    rule: 'cruise-control-anomaly-goals',
    accepts: (o) => cruise(o, { config: { 'anomaly.detection.goals': `${goal('RackAware')},${goal('CpuUsageDistribution')}` } }),
    refuses: (o) =>
      cruise(o, {
        config: { 'default.goals': goal('RackAware'), 'anomaly.detection.goals': `${goal('RackAware')},${goal('DiskCapacity')}` },
      }),
    says: [goal('DiskCapacity'), 'add them to default.goals'],
    path: 'spec.cruiseControl.config.anomaly.detection.goals',
  },
  {
    rule: 'cruise-control-anomaly-goals',
    accepts: (o) => cruise(o, { config: { 'default.goals': goal('RackAware') } }),
    refuses: (o) => cruise(o, { config: { 'anomaly.detection.goals': 'com.example.MyGoal' } }),
    says: ['com.example.MyGoal'],
    path: 'spec.cruiseControl.config.anomaly.detection.goals',
  },
  {
    rule: 'broker-capacity-ignored',
    accepts: (o) =>
      cruise(o, {
        brokerCapacity: {
          overrides: [
            { brokers: [0, 1], cpu: '1' },
            { brokers: [2], cpu: '2' },
          ],
        },
      }),
    refuses: (o) =>
      cruise(o, {
        brokerCapacity: {
          overrides: [
            { brokers: [0, 1], cpu: '1' },
            { brokers: [1], cpu: '2' },
          ],
        },
      }),
    says: ['broker 1 is overridden twice', 'remove one'],
    path: 'spec.cruiseControl.brokerCapacity.overrides[1].brokers[0]',
  },
  {
    rule: 'broker-capacity-ignored',
    accepts: (o) => {
      delete o.brokers.metadata.annotations;
      cruise(o, { brokerCapacity: { overrides: [{ brokers: [9], cpu: '1' }] } });
    },
    refuses: (o) => cruise(o, { brokerCapacity: { overrides: [{ brokers: [9], cpu: '1' }] } }),
    says: ['broker 9 is overridden, which no pool has', '0, 1, 2'],
    path: 'spec.cruiseControl.brokerCapacity.overrides[0].brokers[0]',
  },
  {
    rule: 'auto-rebalance-template-missing',
    accepts: (o) => {
      rebalance(o, {});
      cruise(o, { autoRebalance: [{ mode: 'add-brokers', template: { name: 'rebalance' } }] });
      o['rebalance'].metadata.annotations = { 'strimzi.io/rebalance-template': 'true' };
    },
    refuses: (o) => {
      rebalance(o, {});
      cruise(o, { autoRebalance: [{ mode: 'add-brokers', template: { name: 'rebalance' } }] });
    },
    says: ['template rebalance', 'declare it'],
    path: 'spec.cruiseControl.autoRebalance[0].template.name',
  },
  {
    rule: 'auto-rebalance-template-missing',
    accepts: (o) => cruise(o, { autoRebalance: [{ mode: 'add-brokers', template: { name: 'elsewhere' } }] }),
    refuses: (o) => {
      rebalance(o, {});
      cruise(o, { autoRebalance: [{ mode: 'add-brokers' }, { mode: 'remove-brokers', template: { name: 'other' } }] });
    },
    says: ['template other'],
    path: 'spec.cruiseControl.autoRebalance[1].template.name',
  },
  {
    rule: 'rebalance-without-cruise-control',
    accepts: (o) => rebalance(o, {}),
    refuses: (o) => void (o['rebalance'] = strimzi('KafkaRebalance', 'rebalance', {})),
    says: ['KafkaRebalance rebalance is for Kafka bhf-kafka', 'cruiseControl: {}'],
    path: 'metadata.labels.strimzi.io/cluster',
  },
  ...['add-brokers', 'remove-brokers'].map((mode): Case => ({
    rule: 'rebalance-brokers-missing',
    accepts: (o) => rebalance(o, { mode, brokers: [2] }),
    refuses: (o) => rebalance(o, { mode, brokers: [] }),
    says: [`mode ${mode} and no brokers`, 'brokers: [3, 4]'],
    path: 'spec.brokers',
  })),
  {
    rule: 'rebalance-volumes-missing',
    accepts: (o) => rebalance(o, { mode: 'remove-disks', moveReplicasOffVolumes: [{ brokerId: 0, volumeIds: [1] }] }),
    refuses: (o) => rebalance(o, { mode: 'remove-disks' }),
    says: ['mode remove-disks', 'brokerId and volumeIds'],
    path: 'spec.moveReplicasOffVolumes',
  },
  {
    rule: 'rebalance-disk-goals',
    accepts: (o) => rebalance(o, { rebalanceDisk: true, goals: [] }),
    refuses: (o) => rebalance(o, { rebalanceDisk: true, goals: ['RackAwareGoal'] }),
    says: ['rebalanceDisk and 1 goals', 'remove goals'],
    path: 'spec.goals',
  },
  {
    rule: 'rebalance-brokers-ignored',
    accepts: (o) => rebalance(o, { mode: 'full' }),
    refuses: (o) => rebalance(o, { brokers: [2] }),
    says: ['mode full', 'set mode to add-brokers'],
    path: 'spec.brokers',
  },
];
