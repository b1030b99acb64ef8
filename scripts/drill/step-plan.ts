import { MusterError } from '../../constructs/model/error.js';
import type { Step, WhichBroker } from './scenario.js';

/** A step with what is known of it before anything runs. */
export interface PlannedStep {
  readonly step: Step;
  /** Its own, or one made from what it does; no two of a scenario are alike. */
  readonly name: string;
  /** Members before it, and once it is over. */
  readonly before: number;
  readonly members: number;
}

/**
 * Gives every step its name and counts the members along.
 * @throws MusterError `bad-input` for a step that ends a member where none runs, and for a name that is there twice.
 */
export function planSteps(steps: readonly Step[]): PlannedStep[] {
  const given = new Set<string>();
  for (const { name } of steps) {
    if (name === undefined) continue;
    if (given.has(name))
      throw new MusterError('bad-input', `two steps are named "${name}"; a report tells steps by their names: give each one of its own`);
    given.add(name);
  }
  const taken = new Set(given);
  let members = 0;
  return steps.map((step, index) => {
    const before = members;
    members = membersAfter(step, before, index);
    let name = step.name ?? describe(step, before, members);
    if (step.name === undefined) {
      for (let number = 2; taken.has(name); number++) name = `${describe(step, before, members)} (${String(number)})`;
      taken.add(name);
    }
    return { step, name, before, members };
  });
}

const needMember: ReadonlySet<Step['do']> = new Set(['kill', 'stop', 'force-delete', 'freeze', 'rollout', 'restart-group', 'reset']);

function membersAfter(step: Step, before: number, index: number): number {
  if (before === 0 && needMember.has(step.do))
    throw new MusterError(
      'bad-input',
      `steps[${String(index)}] does "${step.do}", but no member runs by then; begin with a step { do: scale, members: 1 } or more`,
    );
  if (step.do === 'scale') return step.members;
  return step.do === 'stop' || (step.do === 'kill' && step.replaced !== true) ? before - 1 : before;
}

/** What a step does, in a few words. */
function describe(step: Step, before: number, members: number): string {
  const change = `${String(before)} → ${String(members)}`;
  switch (step.do) {
    case 'scale':
      return before === 0 ? `${String(members)} member${members === 1 ? '' : 's'}` : change;
    case 'kill':
      return step.replaced === true ? 'SIGKILL, replaced' : `SIGKILL, ${change}`;
    case 'stop':
      return `SIGTERM, ${change}`;
    case 'force-delete':
      return 'force delete, replaced';
    case 'freeze':
      return 'frozen, then thawed';
    case 'rollout':
      return `rollout, maxSurge ${String(step.maxSurge)}`;
    case 'restart-group':
      return `all stopped for ${seconds(step.downMs)}`;
    case 'kill-producer':
      return 'producer killed';
    case 'hold':
      return 'nothing but load';
    case 'kill-broker':
      return `${brokerName(step.broker)} killed`;
    case 'freeze-broker':
      return `${brokerName(step.broker)} frozen`;
    case 'lose-brokers':
      return 'all brokers but one gone';
    case 'kill-leader-ahead':
      return 'leader killed ahead of its followers';
    case 'add-partitions':
      return `${String(step.to)} partitions`;
    case 'reset':
      return step.to === 'beginning' ? 'reset to the beginning' : `reset to ${String(step.to.secondsAgo)} s ago`;
  }
}

const brokerName = (which: WhichBroker): string => (typeof which === 'number' ? `broker ${String(which)}` : which);
const seconds = (ms: number): string => `${String(ms / 1000)} s`;
