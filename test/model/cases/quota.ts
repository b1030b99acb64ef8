import { type Case } from './case.js';

export const quotaCases: readonly Case[] = [
  {
    rule: 'quota-exceeded',
    accepts: (o) => void (o.quota.spec.hard['limits.memory'] = '12800Mi'),
    refuses: (o) => void (o.quota.spec.hard['limits.memory'] = '12Gi'),
    says: ['limits.memory is 12Gi', 'adds up to 12800Mi', 'node pool broker 3 × 2Gi', 'raise the quota'],
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
    path: 'resources.requests.memory',
  },
];
