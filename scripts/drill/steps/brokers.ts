import { MusterError } from '../../../constructs/model/error.js';
import { watchLeaders, type LeaderWatch } from '../leader-watch.js';
import { joinBoundMs } from '../reasons.js';
import type { BrokerStep, WhichBroker } from '../scenario.js';
import { seconds, type Stage } from '../stage.js';
import type { PlannedStep } from '../step-plan.js';

/** How long a broker may take to start and to catch up with its replicas, in ms. */
const inSyncMs = 90_000;
/** How long the brokers that stay may take to lead everything, in ms: a dead broker keeps its leaderships for its session with the controller, 9 s by default. */
const electionMs = 30_000;

/** Steps that are about brokers, which all lanes share. Members stay who they are: the group must not notice more than a pause. */
export async function brokerStep(stage: Stage, planned: PlannedStep, step: BrokerStep): Promise<void> {
  const { backend } = stage;
  const leaders = await stage.during(watchLeaders(stage));
  const acts = await brokerActs(stage, planned, leaders);
  try {
    switch (step.do) {
      case 'kill-broker': {
        const id = await stage.during(choose(stage, planned, step.broker));
        stage.begin(planned);
        await acts.kill([id]);
        await acts.elected([id]);
        await stage.pass(step.backAfterMs - acts.sinceFault());
        await acts.start([id]);
        break;
      }
      case 'freeze-broker': {
        const id = await stage.during(choose(stage, planned, step.broker));
        stage.begin(planned);
        await acts.freeze([id]);
        await stage.pass(step.forMs);
        await acts.thaw([id]);
        break;
      }
      case 'lose-brokers': {
        const [survivor] = await stage.during(backend.replicas(0, stage.lanes[0]?.name));
        const others = (await stage.during(holders(stage))).filter((id) => id !== survivor);
        stage.begin(planned);
        await acts.kill(others);
        await acts.elected(others);
        await stage.pass(step.backAfterMs - acts.sinceFault());
        await acts.start(others);
        break;
      }
      case 'kill-leader-ahead': {
        const [leader = -1, ...followers] = await stage.during(backend.replicas(0, stage.lanes[0]?.name));
        if (followers.length === 0)
          throw new MusterError(
            'bad-input',
            `step "${planned.name}" freezes the followers of partition 0, and it has none: give the topic replicas`,
          );
        stage.begin(planned);
        await acts.freeze(followers);
        await stage.pass(step.frozenMs);
        await acts.kill([leader]);
        await acts.thaw(followers);
        await acts.elected([leader]);
        await stage.pass(step.backAfterMs - acts.sinceFault());
        await acts.start([leader]);
        break;
      }
    }
    const back = Date.now();
    const whole = await stage.until(
      () =>
        leaders
          .seen()
          .every((lane) => lane.length > 0 && lane.every(({ leader, isr, replicas }) => leader >= 0 && isr.length === replicas.length)),
      inSyncMs,
    );
    stage.say(
      `${planned.name}: ${whole ? `every replica is in sync again after ${seconds(Date.now() - back)}` : `not every replica is in sync after ${seconds(inSyncMs)}`}`,
    );
    return await stage.settle(planned, back, joinBoundMs);
  } finally {
    await leaders.stop();
  }
}

interface BrokerActs {
  kill(ids: readonly number[]): Promise<void>;
  start(ids: readonly number[]): Promise<void>;
  freeze(ids: readonly number[]): Promise<void>;
  thaw(ids: readonly number[]): Promise<void>;
  /** Waits until none of these leads anything any more, and says how long that took. */
  elected(without: readonly number[]): Promise<void>;
  /** Ms since the last kill or freeze. */
  sinceFault(): number;
}

async function brokerActs(stage: Stage, { name }: PlannedStep, leaders: LeaderWatch): Promise<BrokerActs> {
  const { backend } = stage;
  const states = await stage.during(backend.brokers());
  const podOf = (id: number): string => states.find((broker) => broker.id === id)?.pod ?? `broker ${String(id)}`;
  let faultAt = Date.now();
  const act = async (
    ids: readonly number[],
    kind: 'broker-sigkill' | 'broker-start' | 'broker-freeze' | 'broker-thaw',
    how: 'kill' | 'start' | 'freeze' | 'thaw',
    done: string,
  ): Promise<void> => {
    const isTold = how === 'start' && backend.restartsBrokers === true;
    if (!isTold) for (const id of ids) stage.fault(kind, podOf(id), { broker: id });
    if (how === 'kill' || how === 'freeze') faultAt = Date.now();
    await stage.during(Promise.all(ids.map(async (id) => backend.broker(id, how))));
    stage.say(`${name}: ${ids.map(podOf).join(', ')} ${done}`);
  };
  return {
    kill: async (ids) => act(ids, 'broker-sigkill', 'kill', 'killed'),
    start: async (ids) => act(ids, 'broker-start', 'start', backend.restartsBrokers === true ? 'ready again' : 'started again'),
    freeze: async (ids) => act(ids, 'broker-freeze', 'freeze', 'frozen'),
    thaw: async (ids) => act(ids, 'broker-thaw', 'thaw', 'goes on'),
    elected: async (without) => {
      const from = faultAt;
      const isLedByOthers = (): boolean =>
        leaders.seen().every((lane) => lane.every(({ leader }) => leader >= 0 && !without.includes(leader)));
      const elected = await stage.until(isLedByOthers, electionMs);
      stage.say(
        `${name}: ${elected ? `others lead everything after ${seconds(Date.now() - from)}` : `not everything has a leader after ${seconds(electionMs)}`}`,
      );
    },
    sinceFault: () => Date.now() - faultAt,
  };
}

/** The broker a step means, as things stand now. */
async function choose({ backend, lanes }: Stage, { name }: PlannedStep, which: WhichBroker): Promise<number> {
  const lane = lanes[0]?.name;
  if (which === 'coordinator') return backend.coordinator(lane);
  const states = await backend.brokers();
  if (typeof which === 'number') {
    if (states.some(({ id }) => id === which)) return which;
    throw new MusterError(
      'bad-input',
      `step "${name}" is about broker ${String(which)}; there are ${states.map(({ id }) => String(id)).join(', ')}`,
    );
  }
  if (which === 'controller') {
    const active = states.find(({ isController }) => isController);
    if (active !== undefined) return active.id;
    throw new MusterError('not-reachable', `step "${name}" is about the active controller, but no node says which it is`);
  }
  const [leader, follower] = await backend.replicas(0, lane);
  const chosen = which === 'leader' ? leader : follower;
  if (chosen !== undefined && chosen >= 0) return chosen;
  throw new MusterError('bad-input', `step "${name}" is about the ${which} of partition 0, which has none; it may need more replicas`);
}

/** Brokers that hold a replica of any lane's topic. */
async function holders({ backend, lanes }: Stage): Promise<number[]> {
  const found = await Promise.all(lanes.map(async ({ name }) => backend.leaders(name)));
  return [...new Set(found.flat().flatMap(({ replicas }) => replicas))].sort((a, b) => a - b);
}
