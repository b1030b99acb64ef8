import type { Case } from './case.js';
import { connect } from './clients.js';

export const quotaCases: readonly Case[] = [
  {
    rule: 'quota-exceeded',
    accepts: (o) => void (o.quota.spec.hard['limits.memory'] = '13Gi'),
    refuses: (o) => void (o.quota.spec.hard['limits.memory'] = '12Gi'),
    says: ['limits.memory is 12Gi', 'adds up to 13Gi', 'node pool broker 3 × 2Gi', 'raise the quota'],
    path: 'spec.hard.limits.memory',
  },
  {
    rule: 'quota-exceeded',
    accepts: (o) => void (o.consumer.metadata.annotations['muster.dev/max-replicas'] = '8'),
    refuses: (o) => void (o.consumer.metadata.annotations['muster.dev/max-replicas'] = '80'),
    says: ['deployment consumer 80 × 256Mi'],
    path: 'spec.hard.limits.memory',
  },
  {
    rule: 'quota-needs-resources',
    accepts: (o) => void (o.consumer.spec.template.spec.containers[0].resources = { limits: { cpu: '200m', memory: '256Mi' } }),
    refuses: (o) => void delete o.brokers.spec.resources,
    says: ['node pool broker', 'give them resources'],
    path: 'spec.hard.requests.cpu',
  },
  {
    rule: 'request-above-limit',
    accepts: (o) => void (o.brokers.spec.resources.requests.memory = '2048Mi'),
    refuses: (o) => void (o.brokers.spec.resources.requests.memory = '3Gi'),
    says: ['node pool broker requests 3Gi of memory, above its limit of 2Gi'],
    path: 'spec.resources.requests.memory',
  },
  {
    rule: 'request-above-limit',
    accepts: (o) => void (o['connect'] = connect({ build: { resources: { requests: { cpu: 1 }, limits: { cpu: 1 } } } })),
    refuses: (o) => void (o['connect'] = connect({ build: { resources: { requests: { cpu: 2 }, limits: { cpu: 1 } } } })),
    says: ['build of connect requests 2 of cpu, above its limit of 1'],
    path: 'spec.build.resources.requests.cpu',
  },
  {
    rule: 'request-above-limit',
    accepts: () => undefined,
    refuses: (o) => void (o.kafka.spec.entityOperator.userOperator.resources.requests.cpu = '1'),
    says: ['userOperator of bhf-kafka requests 1 of cpu, above its limit of 100m'],
    path: 'spec.entityOperator.userOperator.resources.requests.cpu',
  },
  {
    rule: 'resources-not-positive',
    accepts: (o) => void (o.brokers.spec.resources.requests.cpu = '1m'),
    refuses: (o) => void (o.brokers.spec.resources.requests.cpu = '0'),
    says: ['node pool broker has 0 of cpu in requests', 'leave it out'],
    path: 'spec.resources.requests.cpu',
  },
];
