import type { Case } from './case.js';
import { clusterCases } from './cluster.js';
import { connectCases } from './connect.js';
import { cruiseControlCases } from './cruise-control.js';
import { diskCases } from './disk.js';
import { listenerCases } from './listener.js';
import { optionCases } from './options.js';
import { poolCases } from './pool.js';
import { quotaCases } from './quota.js';
import { reservedCases } from './reserved.js';
import { shapeCases } from './shape.js';
import { storageCases } from './storage.js';
import { targetCases } from './target.js';
import { templateCases } from './template.js';
import { topicCases } from './topic.js';
import { userCases } from './user.js';
import { versionCases } from './version.js';
import { workerCases } from './worker.js';

/** How every rule behaves. */
export const cases: readonly Case[] = [
  ...shapeCases,
  ...versionCases,
  ...clusterCases,
  ...reservedCases,
  ...optionCases,
  ...poolCases,
  ...storageCases,
  ...listenerCases,
  ...templateCases,
  ...cruiseControlCases,
  ...connectCases,
  ...topicCases,
  ...userCases,
  ...workerCases,
  ...diskCases,
  ...quotaCases,
  ...targetCases,
];
