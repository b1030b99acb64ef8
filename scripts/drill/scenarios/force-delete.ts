import { quickSession } from './quick-session.js';
import type { Scenario } from '../scenario.js';

export const forceDelete: Scenario = {
  name: 'force-delete',
  summary: 'a pod is deleted with --force --grace-period=0 and replaced: it still gets SIGTERM and 2 s, so it is no crash',
  about:
    'The kubelet sends SIGTERM whatever the grace; a worker that ends its record, commits and leaves within 2 s is gone as after a clean stop: 0 records twice and no session to wait for.',
  consumer: quickSession,
  holdMs: 3_000,
  steps: [{ do: 'scale', members: 3 }, { do: 'force-delete' }],
  expect: { duplicates: 'none', recoveryMs: 5_000 },
};
