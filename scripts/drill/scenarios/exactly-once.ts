import type { Scenario } from '../scenario.js';

const output = 'orders.copied';

export const exactlyOnce: Scenario = {
  name: 'exactly-once',
  summary:
    'members that read, work and write in transactions are killed in the middle of one: a reader of what they write sees each record once',
  about:
    'What a member publishes and the offset of what it read become visible together, at the end of a transaction. One that is killed leaves an open transaction behind: whoever takes the partition over ends it before it goes on, and a reader with read_committed never sees it. With read_uncommitted it would see such records twice.',
  needs: { brokers: 3 },
  // Each record waits for what it wrote to be acknowledged: a member does some thirty a second.
  producer: { PRODUCER_RATE: '15' },
  consumer: { CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '1000' },
  holdMs: 5_000,
  lanes: [
    { name: 'chain', consumer: { CONSUMER_GUARANTEE: 'exactly-once', CONSUMER_HANDLER: 'copy', CONSUMER_OUTPUT_TOPIC: output } },
    {
      name: 'reader',
      reads: 'chain',
      consumer: { CONSUMER_ISOLATION: 'read_committed', CONSUMER_WORK_MS: '0' },
      expect: { duplicates: 'none' },
    },
  ],
  steps: [
    { do: 'scale', members: 2 },
    { do: 'kill', lane: 'chain', replaced: true, name: 'killed in a transaction' },
    { do: 'kill', lane: 'chain', replaced: true, name: 'killed again' },
  ],
};
