import type { Case } from './case.js';
import { connect } from './clients.js';

export const versionCases: readonly Case[] = [
  {
    rule: 'kafka-version-unsupported',
    accepts: (o) => void Object.assign(o.kafka.spec.kafka, { version: '4.2.0', metadataVersion: '4.2-IV1' }),
    refuses: (o) => void Object.assign(o.kafka.spec.kafka, { version: '4.0.0', metadataVersion: '4.0-IV3' }),
    says: ['4.0.0', '4.2.0, 4.2.1, 4.3.0, 4.3.1', '0.49 or 0.50'],
    path: 'spec.kafka.version',
  },
  {
    rule: 'metadata-version-above-kafka',
    accepts: (o) => void (o.kafka.spec.kafka.metadataVersion = '4.2-IV1'),
    refuses: (o) => void (o.kafka.spec.kafka.metadataVersion = '4.4-IV0'),
    says: ['4.4-IV0', '4.3-IV0'],
    path: 'spec.kafka.metadataVersion',
  },
  {
    rule: 'connect-version-unsupported',
    accepts: (o) => void (o['connect'] = connect({ version: '4.3.1' })),
    refuses: (o) => void (o['connect'] = connect({ version: '4.0.0' })),
    says: ['4.0.0', '4.2.0, 4.2.1, 4.3.0, 4.3.1'],
    path: 'spec.version',
  },
  ...['4', 'latest', '3.2-IV0', '3.3-IV1', '4.3-IV7'].map((metadata): Case => ({
    rule: 'metadata-version-invalid',
    accepts: (o) => void (o.kafka.spec.kafka.metadataVersion = '4.3'),
    refuses: (o) => void (o.kafka.spec.kafka.metadataVersion = metadata),
    says: [`"${metadata}"`, '3.3-IV3', 'write 4.3-IV0'],
    path: 'spec.kafka.metadataVersion',
  })),
  {
    rule: 'metadata-version-above-kafka',
    accepts: (o) => void delete o.kafka.spec.kafka.metadataVersion,
    refuses: (o) => {
      delete o.kafka.spec.kafka.version;
      o.kafka.spec.kafka.metadataVersion = '4.4';
    },
    says: ['Kafka 4.3.1 does not know'],
    path: 'spec.kafka.metadataVersion',
  },
  {
    rule: 'metadata-version-behind',
    accepts: (o) => void (o.kafka.spec.kafka.metadataVersion = '4.3'),
    refuses: (o) => void (o.kafka.spec.kafka.metadataVersion = '4.2-IV1'),
    says: ['4.2-IV1, older than Kafka 4.3.1', 'write 4.3-IV0'],
    path: 'spec.kafka.metadataVersion',
  },
];
