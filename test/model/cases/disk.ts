import { config, type Case } from './case.js';
import { setEnv, type Loose, type Objects } from '../system-fixture.js';

const disk = (o: Objects, size: string): void => void (o.brokers.spec.storage = { type: 'persistent-claim', size });
const produce = (o: Objects, rate: number, bytes: number): void => {
  setEnv(o.producer, 'PRODUCER_RATE', String(rate));
  setEnv(o.producer, 'PRODUCER_RECORD_BYTES', String(bytes));
};
const refuses = (change: (o: Objects) => void, ...says: string[]): Pick<Case, 'refuses' | 'says'> => ({ refuses: change, says });
const about = { rule: 'disk-below-retention', path: 'spec.storage' };

export const diskCases: readonly Case[] = [
  {
    ...about,
    // 100 records of 1000 bytes a second, a week, three replicas: 181.44 GB.
    accepts: (o) => {
      disk(o, '61G');
      produce(o, 100, 1000);
    },
    ...refuses(
      (o) => {
        disk(o, '60G');
        produce(o, 100, 1000);
      },
      'come to hold 181.44 GB',
      'sales.order.created 181.44 GB',
      'raise the size',
    ),
  },
  {
    ...about,
    accepts: (o) => {
      disk(o, '10Gi');
      produce(o, 100, 1000);
      o.topic.spec.config['retention.bytes'] = 1_000_000_000;
    },
    ...refuses((o) => {
      disk(o, '1Gi');
      config(o)['log.retention.bytes'] = 1_000_000_000;
    }, 'come to hold'),
  },
  ...[
    { 'log.retention.hours': 24 },
    { 'log.retention.minutes': 1440 },
    { 'log.retention.ms': 86_400_000 },
    { 'log.retention.ms': -1 },
    { 'log.cleanup.policy': 'compact' },
  ].map((more: Loose): Case => ({
    ...about,
    accepts: (o) => {
      disk(o, '10G');
      produce(o, 100, 1000);
      Object.assign(config(o), more);
    },
    ...refuses((o) => {
      disk(o, '10G');
      produce(o, 100, 1000);
      Object.assign(config(o), more);
      Object.assign(o.topic.spec.config, { 'retention.ms': 604_800_000, 'cleanup.policy': 'delete' });
    }, '181.44 GB'),
  })),
  {
    ...about,
    accepts: (o) => {
      o.brokers.spec.storage = { type: 'ephemeral' };
      produce(o, 1_000_000, 1000);
    },
    ...refuses((o) => {
      o.brokers.spec.storage = {
        type: 'jbod',
        volumes: [
          { id: 0, type: 'ephemeral', sizeLimit: '30G' },
          { id: 1, type: 'persistent-claim', size: '30G' },
        ],
      };
      produce(o, 100, 1000);
    }, 'raise the size'),
  },
];
