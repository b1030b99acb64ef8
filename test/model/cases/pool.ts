import type { Case } from './case.js';

export const poolCases: readonly Case[] = [
  {
    rule: 'pool-without-roles',
    accepts: (o) => void (o.brokers.spec.roles = ['broker']),
    refuses: (o) => void (o.brokers.spec.roles = []),
    says: ['node pool broker', 'controller, broker, or both'],
    path: 'spec.roles',
  },
  {
    rule: 'cluster-without-role',
    accepts: (o) => void (o.brokers.spec.replicas = 1),
    refuses: (o) => void (o.brokers.spec.replicas = 0),
    says: ['no node with the role broker', 'broker (0 × broker)'],
    path: 'metadata.name',
  },
];
