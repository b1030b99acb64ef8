import { quickSession } from './quick-session.js';
import type { Scenario } from '../scenario.js';

export const frozenMember: Scenario = {
  name: 'frozen-member',
  summary: 'a member stands still (SIGSTOP) past its session and comes back (SIGCONT): a zombie must not work on',
  about:
    'A paused virtual machine or a long stop of the runtime looks so: the others have the partitions by the time the member wakes up in the middle of a batch. It must find out before it works on: only the record it had begun may be ended by it, and comes twice.',
  consumer: quickSession,
  holdMs: 3_000,
  steps: [
    { do: 'scale', members: 3 },
    { do: 'freeze', forMs: 9_000 },
  ],
  expect: { zombies: 'in-hand' },
};
