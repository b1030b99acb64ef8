import { MusterError } from '../../../constructs/model/error.js';
import { crashBoundMs, joinBoundMs } from '../reasons.js';
import type { MemberStep, Which } from '../scenario.js';
import { seconds, type Stage } from '../stage.js';
import type { PlannedStep } from '../step-plan.js';

/** How long past its session a member stays frozen where nobody says, in ms: the coordinator has let it go by then. */
const pastSessionMs = 3_000;

/** Steps that are about the members of the group, or the producer. Each happens to all lanes at once. */
export async function memberStep(stage: Stage, planned: PlannedStep, step: MemberStep): Promise<void> {
  const { backend, lanes } = stage;
  const from = Date.now();
  const everyLane = async (act: (lane: string | undefined) => Promise<void>): Promise<void> => {
    await stage.during(Promise.all(lanes.map(({ name }) => act(name))).then(() => undefined));
  };
  const longestSessionMs = Math.max(...lanes.map(({ facts }) => facts.sessionTimeoutMs));
  const crashMs = crashBoundMs(longestSessionMs);

  switch (step.do) {
    case 'scale': {
      stage.begin(planned);
      await everyLane((lane) => backend.scale('consumer', step.members, lane));
      return stage.settle(planned, from, joinBoundMs);
    }
    case 'kill': {
      const due = Math.max(...lanes.map((lane) => lane.assignedAt)) + (step.afterAssignedMs ?? 0);
      await stage.until(() => Date.now() >= due, step.afterAssignedMs ?? 0);
      const pods = victims(stage, planned, step.member, step.lane);
      stage.begin(planned);
      for (const pod of pods) stage.fault('sigkill', pod, { replaced: step.replaced === true });
      await stage.during(Promise.all(pods.map((pod) => backend.kill(pod, { replace: step.replaced === true }))));
      stage.say(`${planned.name}: ${pods.join(', ')} killed`);
      return stage.settle(planned, Date.now(), crashMs);
    }
    case 'stop': {
      const pods = victims(stage, planned, step.member);
      stage.begin(planned);
      for (const pod of pods) stage.fault('sigterm', pod);
      await stage.during(Promise.all(pods.map((pod) => backend.stop(pod))));
      stage.say(`${planned.name}: ${pods.join(', ')} left and ended after ${seconds(Date.now() - from)}`);
      return stage.settle(planned, from, joinBoundMs);
    }
    case 'force-delete': {
      const pods = victims(stage, planned, step.member);
      stage.begin(planned);
      for (const pod of pods) stage.fault('force-delete', pod, { replaced: true });
      await stage.during(Promise.all(pods.map((pod) => backend.forceDelete(pod))));
      stage.say(`${planned.name}: ${pods.join(', ')} deleted by force`);
      // A worker that does not leave in the grace it gets is a crash.
      return stage.settle(planned, from, crashMs);
    }
    case 'freeze': {
      const pods = victims(stage, planned, step.member);
      const forMs = step.forMs ?? longestSessionMs + pastSessionMs;
      stage.begin(planned);
      for (const pod of pods) stage.fault('freeze', pod);
      await Promise.all(pods.map((pod) => backend.freeze(pod)));
      stage.say(`${planned.name}: ${pods.join(', ')} frozen for ${seconds(forMs)}`);
      await stage.pass(forMs);
      for (const pod of pods) stage.fault('thaw', pod);
      await Promise.all(pods.map((pod) => backend.thaw(pod)));
      return stage.settle(planned, Date.now(), crashMs);
    }
    case 'rollout': {
      stage.begin(planned);
      for (const { name } of lanes)
        stage.log({
          event: 'change',
          kind: 'rollout',
          detail: `maxSurge ${String(step.maxSurge)}`,
          ...(name === undefined ? {} : { lane: name }),
        });
      await everyLane((lane) => backend.rollout({ maxSurge: step.maxSurge }, lane));
      stage.say(`${planned.name}: every member replaced after ${seconds(Date.now() - from)}`);
      return stage.settle(planned, Date.now(), joinBoundMs);
    }
    case 'restart-group': {
      stage.begin(planned);
      change(stage, 'group-stopped', `${String(planned.before)} members stopped in order`);
      await everyLane((lane) => backend.scale('consumer', 0, lane));
      stage.say(`${planned.name}: nobody reads`);
      await stage.pass(step.downMs);
      const open = lanes.map((lane) => lane.open);
      change(stage, 'group-started', `${String(planned.members)} members started`);
      const started = Date.now();
      await everyLane((lane) => backend.scale('consumer', planned.members, lane));
      const isCaughtUp = (): boolean => lanes.every((lane) => lane.open <= Math.max(20, lane.facts.rate / 4) && lane.isMoving(started));
      const caughtUp = await stage.until(isCaughtUp, Math.max(joinBoundMs, 3 * step.downMs));
      stage.say(
        `${planned.name}: ${open.map((count) => String(count)).join(', ')} records waited; ${caughtUp ? `caught up ${seconds(Date.now() - started)} after the start` : 'not caught up'}`,
      );
      return stage.settle(planned, started, joinBoundMs);
    }
    case 'kill-producer': {
      const pods = lanes.map(({ name }) => oneOf(backend.pods('producer', name), 'oldest', planned, 'producer'));
      stage.begin(planned);
      for (const pod of pods) stage.fault('producer-sigkill', pod, { replaced: true });
      await stage.during(Promise.all(pods.map((pod) => backend.kill(pod, { replace: true }))));
      stage.say(`${planned.name}: ${pods.join(', ')} killed`);
      const known = lanes.map((lane) => lane.producers.size);
      const again = await stage.until(() => lanes.every((lane, index) => lane.producers.size > (known[index] ?? 0)), joinBoundMs);
      stage.say(`${planned.name}: ${again ? `load again after ${seconds(Date.now() - from)}` : 'no load again'}`);
      return stage.settle(planned, Date.now(), joinBoundMs);
    }
    case 'hold': {
      stage.begin(planned);
      return stage.settle(planned, from, joinBoundMs);
    }
  }
}

function change(stage: Stage, kind: 'group-stopped' | 'group-started', detail: string): void {
  for (const { name } of stage.lanes) stage.log({ event: 'change', kind, detail, ...(name === undefined ? {} : { lane: name }) });
}

/** One member of each lane. The oldest where nobody says: it leads the group, the harder case. */
function victims({ backend, lanes }: Stage, planned: PlannedStep, which: Which = 'oldest', only?: string): string[] {
  const hit = lanes.filter(({ name }) => only === undefined || name === only);
  if (hit.length === 0)
    throw new MusterError(
      'bad-input',
      `step "${planned.name}" is about the lane "${String(only)}"; there are ${lanes.map(({ name }) => name ?? 'one without a name').join(', ')}`,
    );
  return hit.map(({ name }) => oneOf(backend.pods('consumer', name), which, planned, 'member'));
}

function oneOf(pods: readonly string[], which: Which, { name }: PlannedStep, what: string): string {
  const pod = which === 'oldest' ? pods[0] : pods.at(-1);
  if (pod === undefined) throw new MusterError('bad-input', `step "${name}" is about a ${what}, but none runs`);
  return pod;
}
