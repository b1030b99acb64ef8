import { quickSession } from './quick-session.js';
import type { Scenario } from '../scenario.js';

export const protocols: Scenario = {
  name: 'protocols',
  summary: 'eager, cooperative and KIP-848 side by side under the same steps and the same crash (needs librdkafka)',
  about:
    'Eager stops every partition for about a heartbeat; cooperative and KIP-848 stop those that move alone, for about two. With KIP-848 session and heartbeat are the brokers’, and are set there to what the other lanes have.',
  needs: { client: 'librdkafka' },
  producer: { PRODUCER_RATE: '100' },
  consumer: { ...quickSession, KAFKA_CLIENT: 'librdkafka' },
  holdMs: 4_000,
  lanes: [
    { name: 'eager', consumer: { CONSUMER_GROUP_PROTOCOL: 'classic', CONSUMER_ASSIGNOR: 'roundrobin' } },
    {
      name: 'cooperative',
      consumer: { CONSUMER_GROUP_PROTOCOL: 'classic', CONSUMER_ASSIGNOR: 'cooperative-sticky' },
      expect: { unmoved: 'kept' },
    },
    { name: 'kip-848', consumer: { CONSUMER_GROUP_PROTOCOL: 'consumer' }, expect: { unmoved: 'kept' } },
  ],
  steps: [{ do: 'scale', members: 1 }, { do: 'scale', members: 2 }, { do: 'kill' }, { do: 'scale', members: 3 }],
};
