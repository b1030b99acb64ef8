import type { Scenario } from './scenario.js';
import { acks } from './scenarios/acks.js';
import { autoCommitCrash } from './scenarios/auto-commit-crash.js';
import { bigGroups } from './scenarios/big-groups.js';
import { brokerFrozen } from './scenarios/broker-frozen.js';
import { brokerKill } from './scenarios/broker-kill.js';
import { cleanStop } from './scenarios/clean-stop.js';
import { coordinatorKill } from './scenarios/coordinator-kill.js';
import { crashReplaced } from './scenarios/crash-replaced.js';
import { exactlyOnce } from './scenarios/exactly-once.js';
import { forceDelete } from './scenarios/force-delete.js';
import { frozenMember } from './scenarios/frozen-member.js';
import { fullRestart } from './scenarios/full-restart.js';
import { hotKey } from './scenarios/hot-key.js';
import { killProducer } from './scenarios/kill-producer.js';
import { minIsr } from './scenarios/min-isr.js';
import { partitionsAdded } from './scenarios/partitions-added.js';
import { poisonRecord } from './scenarios/poison-record.js';
import { protocols } from './scenarios/protocols.js';
import { replay } from './scenarios/replay.js';
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
  brokerKill,
  brokerFrozen,
  coordinatorKill,
  minIsr,
  acks,
  partitionsAdded,
  exactlyOnce,
  replay,
  protocols,
  bigGroups,
];
