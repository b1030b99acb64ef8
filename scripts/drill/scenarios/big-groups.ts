import { quickSession } from './quick-session.js';
import type { Scenario } from '../scenario.js';

export const bigGroups: Scenario = {
  name: 'big-groups',
  summary: 'a group of 10 grows to 12 on 24 partitions, eager beside cooperative: who stops, and for how long (needs librdkafka)',
  about:
    'In an eager rebalance every member gives up everything, so a larger group stops more. In a cooperative one only what moves is given up; what stays goes on.',
  needs: { client: 'librdkafka' },
  producer: { PRODUCER_RATE: '240', PRODUCER_KEYS: 'customer-{001..400}' },
  consumer: { ...quickSession, KAFKA_CLIENT: 'librdkafka', CONSUMER_WORK_MS: '0' },
  topic: { partitions: 24 },
  holdMs: 4_000,
  lanes: [
    { name: 'eager', consumer: { CONSUMER_GROUP_PROTOCOL: 'classic', CONSUMER_ASSIGNOR: 'roundrobin' } },
    {
      name: 'cooperative',
      consumer: { CONSUMER_GROUP_PROTOCOL: 'classic', CONSUMER_ASSIGNOR: 'cooperative-sticky' },
      expect: { unmoved: 'kept' },
    },
  ],
  steps: [
    { do: 'scale', members: 10 },
    { do: 'scale', members: 12 },
  ],
};
