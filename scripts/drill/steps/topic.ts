import { setTimeout as sleep } from 'node:timers/promises';
import { joinBoundMs } from '../reasons.js';
import type { TopicStep } from '../scenario.js';
import { seconds, type Stage } from '../stage.js';
import type { PlannedStep } from '../step-plan.js';

/** New partitions are noticed by clients when their metadata grows old: after 30 s by our workers, 5 min by Java's clients. In ms. */
const noticedMs = 60_000;
/** How long a group may take to read again what it had read, in ms. */
const replayMs = 120_000;

/** Steps that are about a topic, or where its group stands. Each happens to all lanes. */
export async function topicStep(stage: Stage, planned: PlannedStep, step: TopicStep): Promise<void> {
  const { backend, lanes } = stage;
  const everyLane = async (act: (lane: string | undefined) => Promise<void>): Promise<void> => {
    await stage.during(Promise.all(lanes.map(async ({ name }) => act(name))));
  };
  if (step.do === 'add-partitions') {
    const from = Date.now();
    stage.begin(planned);
    for (const lane of lanes) {
      stage.log({
        event: 'change',
        kind: 'partitions',
        detail: `${String(lane.partitions)} → ${String(step.to)}`,
        partitions: step.to,
        ...ofLane(lane.name),
      });
      lane.partitions = step.to;
    }
    await everyLane(async (lane) => backend.addPartitions(step.to, lane));
    stage.say(`${planned.name}: the topic has them after ${seconds(Date.now() - from)}; clients notice later`);
    return stage.settle(planned, from, noticedMs + joinBoundMs);
  }
  // Before the group is stopped: what is to be repeated is younger than that.
  const at = step.to === 'beginning' ? undefined : Date.now() - step.to.secondsAgo * 1000;
  const detail = step.to === 'beginning' ? 'to the beginning' : `to ${String(step.to.secondsAgo)} s ago`;
  stage.begin(planned);
  const change = (kind: 'group-stopped' | 'offsets' | 'group-started', what: string): void => {
    for (const { name } of lanes) stage.log({ event: 'change', kind, detail: what, ...ofLane(name) });
  };
  change('group-stopped', `${String(planned.before)} members stopped in order`);
  await everyLane(async (lane) => backend.scale('consumer', 0, lane));
  change('offsets', detail);
  await everyLane(async (lane) => backend.resetGroup(at === undefined ? 'beginning' : { at }, lane));
  await everyLane(async (lane) => {
    stage.log({ event: 'offsets', ...ofLane(lane), partitions: await backend.offsets(lane) });
  });
  stage.say(`${planned.name}: the group stands ${detail === 'to the beginning' ? 'at the beginning' : `where it was ${detail.slice(3)}`}`);
  const started = Date.now();
  change('group-started', `${String(planned.members)} members started`);
  await everyLane(async (lane) => backend.scale('consumer', planned.members, lane));
  const replayed = await stage.during(readAgain(stage, started));
  stage.say(
    `${planned.name}: ${replayed ? `read again ${seconds(Date.now() - started)} after the start` : `not read again within ${seconds(replayMs)}`}`,
  );
  return stage.settle(planned, started, joinBoundMs);
}

/** Waits until every group is about as far as its load again; false when that takes too long. */
async function readAgain({ backend, lanes }: Stage, from: number): Promise<boolean> {
  while (Date.now() - from < replayMs) {
    const behind = await Promise.all(
      lanes.map(async ({ name, facts }) => {
        const offsets = await backend.offsets(name).catch(() => undefined);
        const lag = offsets?.reduce((sum, { end, committed }) => sum + end - Math.max(0, committed), 0) ?? Infinity;
        return lag > Math.max(20, facts.rate / 2);
      }),
    );
    if (!behind.includes(true)) return true;
    await sleep(250);
  }
  return false;
}

const ofLane = (lane: string | undefined): { readonly lane?: string } => (lane === undefined ? {} : { lane });
