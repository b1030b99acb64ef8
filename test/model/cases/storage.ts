import { singleNodes, type Case } from './case.js';
import type { Loose, Objects } from '../system-fixture.js';

const claim = (id: number, more: Loose = {}): Loose => ({ id, type: 'persistent-claim', size: '10Gi', ...more });
const jbod = (o: Objects, ...volumes: Loose[]): void => void (o.brokers.spec.storage = { type: 'jbod', volumes });

export const storageCases: readonly Case[] = [
  {
    rule: 'jbod-without-volumes',
    accepts: (o) => jbod(o, claim(0)),
    refuses: (o) => jbod(o),
    says: ['node pool broker', 'add one'],
    path: 'spec.storage.volumes',
  },
  {
    rule: 'jbod-without-volumes',
    accepts: (o) => void (o.brokers.spec.storage = { type: 'ephemeral' }),
    refuses: (o) => void (o.brokers.spec.storage = { type: 'jbod' }),
    says: ['without a volume'],
    path: 'spec.storage.volumes',
  },
  {
    rule: 'volume-without-size',
    accepts: (o) => void (o.brokers.spec.storage = { type: 'persistent-claim', size: '1Gi' }),
    refuses: (o) => void (o.brokers.spec.storage = { type: 'persistent-claim' }),
    says: ['spec.storage is a persistent claim without a size', 'size: 100Gi'],
    path: 'spec.storage.size',
  },
  {
    rule: 'volume-without-size',
    accepts: (o) => jbod(o, claim(0), { id: 1, type: 'ephemeral' }),
    refuses: (o) => jbod(o, claim(0), { id: 1, type: 'persistent-claim', size: '' }),
    says: ['spec.storage.volumes[1] is a persistent claim without a size'],
    path: 'spec.storage.volumes[1].size',
  },
  {
    rule: 'jbod-volume-without-id',
    accepts: (o) => void (o.brokers.spec.storage = { type: 'persistent-claim', size: '1Gi' }),
    refuses: (o) => jbod(o, { type: 'persistent-claim', size: '1Gi' }),
    says: ['has no id', 'next free number'],
    path: 'spec.storage.volumes[0].id',
  },
  {
    rule: 'jbod-volume-id-duplicate',
    accepts: (o) => jbod(o, claim(0), claim(1)),
    refuses: (o) => jbod(o, claim(0), claim(1), claim(0)),
    says: ['is 0', 'an id of its own'],
    path: 'spec.storage.volumes[2].id',
  },
  {
    rule: 'kraft-metadata-twice',
    accepts: (o) => jbod(o, claim(0, { kraftMetadata: 'shared' }), claim(1)),
    refuses: (o) => jbod(o, claim(0, { kraftMetadata: 'shared' }), claim(1, { kraftMetadata: 'shared' })),
    says: ['a second volume', 'on one volume'],
    path: 'spec.storage.volumes[1].kraftMetadata',
  },
  ...['3.7-IV1', '3.6', '3.3-IV3'].map((metadata): Case => ({
    rule: 'jbod-metadata-version',
    accepts: (o) => {
      jbod(o, claim(0), claim(1));
      o.kafka.spec.kafka.metadataVersion = '3.7-IV2';
    },
    refuses: (o) => {
      jbod(o, claim(0), claim(1));
      o.kafka.spec.kafka.metadataVersion = metadata;
    },
    says: ['2 JBOD volumes', metadata, '3.7-IV2 or newer'],
    path: 'spec.storage.volumes',
  })),
  ...['broker', 'controller'].map((role): Case => ({
    rule: 'single-node-ephemeral',
    accepts: (o) => {
      singleNodes(o);
      o.brokers.spec.storage = claim(0);
      o.controllers.spec.storage = { type: 'jbod', volumes: [claim(0)] };
    },
    refuses: (o) => {
      singleNodes(o);
      o.brokers.spec.storage = claim(0);
      o.controllers.spec.storage = claim(0);
      o[`${role}s`].spec.storage = { type: 'jbod', volumes: [{ id: 0, type: 'ephemeral' }] };
    },
    says: [`the only ${role} is in node pool ${role}`, 'persistent-claim'],
    path: 'spec.storage.type',
  })),
];
