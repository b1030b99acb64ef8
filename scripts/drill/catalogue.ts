import type { Scenario } from './scenario.js';
import { autoCommitCrash } from './scenarios/auto-commit-crash.js';
import { bigGroups } from './scenarios/big-groups.js';
import { cleanStop } from './scenarios/clean-stop.js';
import { crashReplaced } from './scenarios/crash-replaced.js';
import { forceDelete } from './scenarios/force-delete.js';
import { frozenMember } from './scenarios/frozen-member.js';
import { fullRestart } from './scenarios/full-restart.js';
import { hotKey } from './scenarios/hot-key.js';
import { killProducer } from './scenarios/kill-producer.js';
import { poisonRecord } from './scenarios/poison-record.js';
import { protocols } from './scenarios/protocols.js';
import { rollingRestart } from './scenarios/rolling-restart.js';
import { scaleAndCrash } from './scenarios/scale-and-crash.js';
import { scaleUpAndDown } from './scenarios/scale-up-and-down.js';
import { sessions } from './scenarios/sessions.js';
import { slowHandler } from './scenarios/slow-handler.js';
import { throughput } from './scenarios/throughput.js';

/** The drills there are, in the order in which they are listed. */
export const catalogue: readonly Scenario[] = [
  scaleAndCrash,
  scaleUpAndDown,
  crashReplaced,
  forceDelete,
  cleanStop,
  rollingRestart,
  frozenMember,
  slowHandler,
  poisonRecord,
  hotKey,
  throughput,
  fullRestart,
  sessions,
  autoCommitCrash,
  killProducer,
  protocols,
  bigGroups,
];
