import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import type { Backend } from './backend.js';
import type { DrillEvent, FaultInjected, LogLine, PodChanged } from './events.js';
import type { Prediction } from './expectations.js';
import { LaneWatch } from './lane-watch.js';
import { foretell } from './predictions.js';
import { joinBoundMs } from './reasons.js';
import type { Scenario } from './scenario.js';
import { seconds, type Stage, type Untimed } from './stage.js';
import { planSteps, type PlannedStep } from './step-plan.js';
import { takeStep } from './steps/take.js';

const pollMs = 50;
const groupPollMs = 100;
const offsetsPollMs = 1_000;
/** So many pods that ended by themselves before they did anything end the drill. */
const endsBeforeWorkAtMost = 3;
export const defaultHoldMs = 8_000;
/** A group that has done nothing new for so long will not. */
const stuckMs = 60_000;
const longestDrainMs = 600_000;

/** What a person is told while it runs. */
export interface Progress {
  /** A milestone, once. */
  say(text: string): void;
  /** How it stands now: overwritten by the next. */
  status(text: string): void;
}

export interface DrillOptions {
  /** How long a step lasts after the group has settled, in ms, where the step itself says nothing. @default the scenario's, else 8000 */
  readonly holdMs?: number;
  readonly abort: AbortSignal;
}

/** Runs a scenario on a backend. Every act and everything seen is written to the event log before it is used; the caller judges the log. */
export class Drill implements Stage {
  readonly lanes: readonly LaneWatch[];
  readonly abort: AbortSignal;
  private readonly holdMs: number;
  private readonly laneOfPod = new Map<string, string>();
  private broken: Error | undefined;
  /** Pods that have left evidence: they got as far as working. */
  private readonly atWork = new Set<string>();
  private endsBeforeWork = 0;
  private groupsPolledAt = 0;
  /** Lanes of whose group the coordinator has been asked, and has not answered yet. */
  private readonly asked = new Set<LaneWatch>();
  private over = false;
  private offsetsPolledAt = 0;
  private foretold: readonly (Prediction & { readonly lane?: string })[] = [];
  private readonly startedAt = Date.now();

  constructor(
    private readonly scenario: Scenario,
    readonly backend: Backend,
    private readonly write: (line: LogLine) => void,
    private readonly progress: Progress,
    options: DrillOptions,
  ) {
    this.holdMs = options.holdMs ?? scenario.holdMs ?? defaultHoldMs;
    this.lanes = backend.lanes.map((facts) => {
      const own = scenario.lanes?.find((lane) => lane.name === facts.lane)?.expect;
      return new LaneWatch(facts, own ?? scenario.expect);
    });
    this.abort = options.abort;
  }

  /** From the log's first line to its last. */
  async run(): Promise<void> {
    const { scenario } = this;
    const steps = planSteps(scenario.steps);
    for (const { step, name } of steps) {
      const why = this.backend.cannot(step);
      if (why !== undefined) throw new MusterError('bad-input', `step "${name}" of ${scenario.name} cannot be taken here: ${why}`);
    }
    for (const { facts, expect } of this.lanes)
      this.log({
        event: 'run',
        schemaVersion: 1,
        scenario: scenario.name,
        ...facts,
        ...(Object.keys(expect).length === 0 ? {} : { expect }),
      });
    await this.startLoad();
    this.foretold = this.lanes.flatMap(({ facts, name }) =>
      // Of strangers' workers neither load nor settings are known.
      facts.evidenceFrom === 'coordinator' ? [] : foretell(facts, steps).map((prediction) => ({ ...prediction, ...laneField(name) })),
    );
    for (const planned of steps) await takeStep(this, planned);
    this.log({ event: 'end-of-steps' });
    await this.drain();
    this.over = true;
    this.log({ event: 'end' });
  }

  private async startLoad(): Promise<void> {
    await this.during(Promise.all(this.lanes.map(({ name }) => this.backend.scale('producer', 1, name))));
    await this.until(() => this.lanes.every((lane) => lane.acked > 0), joinBoundMs);
    for (const { acked, facts, name } of this.lanes) {
      if (acked === 0)
        throw new MusterError(
          'not-reachable',
          `no record was acknowledged within ${seconds(joinBoundMs)}${this.whyPods('producer', name)}`,
        );
      this.say(
        `load${name === undefined ? '' : ` of ${name}`}: ${String(facts.rate)} records/s over ${String(facts.keys)} keys to ${facts.topic} (${String(facts.partitions)} partitions)`,
      );
    }
  }

  begin({ name, members }: PlannedStep): void {
    this.log({ event: 'step', name, members });
    for (const prediction of this.foretold) if (prediction.at === name) this.log({ event: 'prediction', ...prediction });
  }

  fault(kind: FaultInjected['kind'], pod: string, { replaced = false, broker }: { replaced?: boolean; broker?: number } = {}): void {
    this.log({ event: 'fault', kind, pod, replaced, ...(broker === undefined ? {} : { broker }) });
  }

  async settle({ name, members, step }: PlannedStep, from: number, boundMs: number): Promise<void> {
    // Of nobody nothing is to be waited for, nor of a lane that is there to show how it does not settle.
    const isSettled = (lane: LaneWatch): boolean =>
      members === 0 ||
      lane.expect.cover === 'any' ||
      (lane.isCovered(members, this.backend.pods('consumer', lane.name)) && lane.isMoving(from));
    const settled = await this.until(() => this.lanes.every(isSettled), boundMs);
    const how = settled ? `settled after ${seconds(Date.now() - from)}` : `not settled within ${seconds(boundMs)}`;
    for (const lane of this.lanes)
      this.say(
        `${name}${lane.name === undefined ? '' : ` [${lane.name}]`}: ${how}${isSettled(lane) ? '' : ` (group ${lane.group.state})`} | ${lane.assignment()}`,
      );
    await this.pass(step.holdMs ?? this.holdMs);
  }

  /** Ends the producers, lets the groups finish, stops them in order and reads what they committed. */
  private async drain(): Promise<void> {
    await this.during(Promise.all(this.lanes.map(({ name }) => this.backend.scale('producer', 0, name))));
    this.look();
    // Records that never come (a loss) must not hold the drill for ever: a settled group that has been idle this long is done.
    const idleMs = 3_000;
    const isDone = (lane: LaneWatch): boolean =>
      lane.open === 0 || lane.expect.lag === 'any' || (lane.group.state === 'Stable' && Date.now() - lane.lastProcessedAt > idleMs);
    // A group that works off what gathered is waited for as long as what is open grows less.
    let least = Infinity;
    let lessAt = Date.now();
    const isStuck = (): boolean => {
      const open = this.lanes.reduce((sum, lane) => sum + lane.open, 0);
      if (open < least) [least, lessAt] = [open, Date.now()];
      return Date.now() - lessAt > stuckMs;
    };
    await this.until(() => this.lanes.every(isDone) || isStuck(), longestDrainMs);
    for (const lane of this.lanes)
      this.say(
        `drained${lane.name === undefined ? '' : ` [${lane.name}]`}: ${String(lane.acked)} acknowledged, ${String(lane.open)} of them not processed`,
      );
    await this.during(Promise.all(this.lanes.map(({ name }) => this.backend.scale('consumer', 0, name))));
    this.look();
    for (const { name } of this.lanes) this.log({ event: 'offsets', ...laneField(name), partitions: await this.backend.offsets(name) });
  }

  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      await this.turn();
      if (condition()) return true;
      if (Date.now() >= deadline) return false;
      await sleep(pollMs);
    }
  }

  async during<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const watched = work.finally(() => {
      over = true;
    });
    // Should looking end first (an interruption), nobody waits for it any more.
    watched.catch(() => undefined);
    while (!over) {
      await this.turn();
      await Promise.race([watched.catch(() => undefined), sleep(pollMs)]);
    }
    return watched;
  }

  async pass(ms: number): Promise<void> {
    await this.until(() => false, ms);
  }

  /** One look at everything. */
  private async turn(): Promise<void> {
    this.abort.throwIfAborted();
    this.look();
    if (this.broken !== undefined) throw this.broken;
    const now = Date.now();
    if (now - this.groupsPolledAt >= groupPollMs) {
      this.groupsPolledAt = now;
      // Nobody waits for the answer: a coordinator that is frozen would stretch every step by as long as it is silent.
      for (const lane of this.lanes) void this.lookAtGroup(lane);
    }
    const strangers = this.lanes.filter((lane) => lane.isOfStrangers);
    if (strangers.length > 0 && now - this.offsetsPolledAt >= offsetsPollMs) {
      this.offsetsPolledAt = now;
      await Promise.all(strangers.map((lane) => this.lookAtOffsets(lane)));
    }
    this.progress.status(this.statusLine());
  }

  private look(): void {
    for (const line of this.backend.poll()) {
      this.write(line);
      if ('evidence' in line) {
        this.atWork.add(line.member);
        const topic = 'topic' in line ? line.topic : line.evidence === 'assigned' ? line.partitions[0]?.topic : undefined;
        const isWritten = line.evidence === 'sent' || line.evidence === 'acked' || line.evidence === 'failed';
        for (const lane of this.lanes) {
          const { facts, name } = lane;
          // What one lane writes several may read, each by members of its own.
          if (
            isWritten
              ? topic === (facts.source ?? facts.topic)
              : topic === facts.topic && (this.laneOfPod.get(line.member) ?? name) === name
          )
            lane.see(line);
        }
      } else if (line.event === 'pod' && line.state === 'started') {
        if (line.lane !== undefined) this.laneOfPod.set(line.pod, line.lane);
      } else if (line.event === 'pod' && line.state === 'exited' && line.asked !== true) {
        this.podEnded(line);
      }
    }
  }

  /** A worker that refuses its configuration, or ends as soon as it starts, will do so again: the drill cannot go on. Other ends are for the verdict. */
  private podEnded(pod: PodChanged): void {
    const why = this.backend.lastWords(pod.pod);
    if (!this.atWork.has(pod.pod)) this.endsBeforeWork += 1;
    if (pod.code === 2) this.broken = new MusterError('bad-input', `${pod.pod} refuses its configuration: ${why}`);
    else if (pod.code === null && pod.signal === null)
      this.broken = new MusterError('bad-input', `${pod.pod} cannot be started: ${why}; check the command in its Deployment`);
    else if (this.endsBeforeWork >= endsBeforeWorkAtMost)
      this.broken = new MusterError(
        'bad-input',
        `${pod.pod} ends as soon as it starts: ${why}; check the command and the environment in its Deployment`,
      );
    else this.say(`${pod.pod} ended by itself (${pod.signal ?? `code ${String(pod.code)}`}): ${why}`);
  }

  private async lookAtGroup(lane: LaneWatch): Promise<void> {
    if (this.asked.has(lane)) return;
    this.asked.add(lane);
    try {
      const { state, members } = await this.backend.group(lane.name);
      const seen = { state, members: [...members].sort((a, b) => a.clientId.localeCompare(b.clientId)) };
      if (this.over || JSON.stringify(seen) === JSON.stringify(lane.group)) return;
      lane.group = seen;
      this.log({ event: 'group', ...laneField(lane.name), ...seen });
    } catch {
      // The coordinator may be moving or its broker be dead; the next look tells. What the members did is in their own evidence.
    } finally {
      this.asked.delete(lane);
    }
  }

  private async lookAtOffsets(lane: LaneWatch): Promise<void> {
    try {
      const partitions = await this.backend.offsets(lane.name);
      lane.seeOffsets(partitions);
      this.log({ event: 'offsets', ...laneField(lane.name), partitions });
    } catch {
      // As above.
    }
  }

  log(event: Untimed<DrillEvent>): void {
    this.write({ t: Date.now(), ...event } as DrillEvent);
  }

  say(text: string): void {
    this.progress.say(`${seconds(Date.now() - this.startedAt).padStart(7)}  ${text}`);
  }

  private statusLine(): string {
    const lanes = this.lanes.map((lane) => {
      const members = lane.group.members.length;
      const who = lane.name === undefined ? '' : `${lane.name}: `;
      return `${who}${String(members)} member${members === 1 ? '' : 's'}, ${lane.group.state} | acknowledged ${String(lane.acked)}, processed ${String(lane.processed)}, waiting ${String(lane.open)}`;
    });
    return `${seconds(Date.now() - this.startedAt).padStart(7)}  ${lanes.join(' || ')}`;
  }

  private whyPods(role: 'producer' | 'consumer', lane: string | undefined): string {
    const words = this.backend.pods(role, lane).map((pod) => `${pod}: ${this.backend.lastWords(pod)}`);
    return words.length === 0 ? '' : `; ${words.join('; ')}`;
  }
}

const laneField = (lane: string | undefined): { lane?: string } => (lane === undefined ? {} : { lane });
