import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import type { Backend } from './backend.js';
import type { DrillEvent, FaultInjected, LogLine, PodChanged } from './events.js';
import type { Scenario } from './scenario.js';
import { crashBoundMs, joinBoundMs } from './reasons.js';

const pollMs = 50;
const groupPollMs = 100;
/** So many pods that ended by themselves before they did anything end the drill. */
const endsBeforeWorkAtMost = 3;

/** What a person is told while it runs. */
export interface Progress {
  /** A milestone, once. */
  say(text: string): void;
  /** How it stands now: overwritten by the next. */
  status(text: string): void;
}

export interface DrillOptions {
  /** How long a step lasts after the group has settled, in ms. @default 8000 */
  readonly holdMs?: number;
  readonly abort: AbortSignal;
}

/** A Distributive Omit, so that each kind of event keeps its own fields. */
type Untimed<E> = E extends unknown ? Omit<E, 't'> : never;

/** The running drill, as a scenario sees it. Every act and everything seen is written to the event log before it is used. */
export class Drill {
  private group: { state: string; members: readonly { clientId: string; partitions: readonly number[] }[] } = {
    state: 'Unknown',
    members: [],
  };
  /** Acknowledged and not processed; and the reverse, for a consumer may be told of sooner than the acknowledgement. */
  private readonly waiting = new Set<string>();
  private readonly early = new Set<string>();
  private acked = 0;
  private processed = 0;
  private lastProcessedAt = 0;
  private readonly processedAt = new Map<number, number>();
  private broken: Error | undefined;
  /** Pods that have left evidence: they got as far as working. */
  private readonly atWork = new Set<string>();
  private endsBeforeWork = 0;
  private groupPolledAt = 0;
  private readonly startedAt = Date.now();

  constructor(
    private readonly backend: Backend,
    private readonly write: (line: LogLine) => void,
    private readonly progress: Progress,
    private readonly options: DrillOptions,
  ) {}

  /** Runs a scenario from its first line to its last; the caller judges the log. */
  async run(scenario: Scenario): Promise<void> {
    const { facts } = this.backend;
    this.log({ event: 'run', schemaVersion: 1, scenario: scenario.name, ...facts });
    await this.backend.scale('producer', 1);
    await this.until(() => this.acked > 0, joinBoundMs);
    if (this.acked === 0)
      throw new MusterError('not-reachable', `no record was acknowledged within ${seconds(joinBoundMs)}${this.whyPods('producer')}`);
    this.milestone(
      `load: ${String(facts.rate)} records/s over ${String(facts.keys)} keys to ${facts.topic} (${String(facts.partitions)} partitions)`,
    );
    await scenario.run(this);
    this.log({ event: 'end-of-steps' });
    await this.drain();
    this.log({ event: 'end' });
  }

  /** Asks for this many members and holds the load on them. */
  async scale(name: string, members: number): Promise<void> {
    this.log({ event: 'step', name, members });
    const from = Date.now();
    await this.backend.scale('consumer', members);
    await this.settle(name, members, from, joinBoundMs);
  }

  /** Kills the oldest member and lets nobody take its place. */
  async crash(name: string): Promise<void> {
    const { pod, remaining } = this.begin(name, 'sigkill');
    this.backend.crash(pod, { replace: false });
    this.milestone(`${name}: ${pod} killed`);
    await this.settle(name, remaining, Date.now(), crashBoundMs(this.backend.facts.sessionTimeoutMs));
  }

  /** Stops the oldest member in order (SIGTERM) and lets nobody take its place. */
  async stop(name: string): Promise<void> {
    const { pod, remaining } = this.begin(name, 'sigterm');
    const from = Date.now();
    await this.backend.stop(pod);
    this.milestone(`${name}: ${pod} left and ended after ${seconds(Date.now() - from)}`);
    await this.settle(name, remaining, from, joinBoundMs);
  }

  /** Writes down the step and its fault, just before the act. The victim is the oldest member: it leads the group, the harder case. */
  private begin(name: string, kind: FaultInjected['kind']): { pod: string; remaining: number } {
    const [pod, ...others] = this.backend.pods('consumer');
    if (pod === undefined) throw new MusterError('bad-input', `step "${name}" ends a member, but none runs`);
    this.log({ event: 'step', name, members: others.length });
    this.log({ event: 'fault', kind, pod, replaced: false });
    return { pod, remaining: others.length };
  }

  private async settle(name: string, members: number, from: number, boundMs: number): Promise<void> {
    const settled = await this.until(() => this.covered(members) && this.everyPartitionMoves(from), boundMs);
    const who = this.group.members.map((m) => `${m.clientId}: ${m.partitions.length === 0 ? 'idle' : m.partitions.join(' ')}`).sort();
    this.milestone(
      `${name}: ${settled ? `settled after ${seconds(Date.now() - from)}` : `not settled within ${seconds(boundMs)} (group ${this.group.state})`} | ${who.join(' | ')}`,
    );
    await this.until(() => false, this.options.holdMs ?? 8_000);
  }

  /** The coordinator gives every partition to exactly one member, and the members are the pods that run. */
  private covered(members: number): boolean {
    const owned = this.group.members.flatMap((m) => m.partitions).sort((a, b) => a - b);
    const pods = new Set(this.backend.pods('consumer'));
    return (
      this.group.state === 'Stable' &&
      this.group.members.length === members &&
      this.group.members.every((m) => pods.has(m.clientId)) &&
      owned.length === this.backend.facts.partitions &&
      owned.every((partition, index) => partition === index)
    );
  }

  private everyPartitionMoves(since: number): boolean {
    return this.processedAt.size === this.backend.facts.partitions && [...this.processedAt.values()].every((t) => t > since);
  }

  /** Ends the producers, lets the group finish, stops it in order and reads what it committed. */
  private async drain(): Promise<void> {
    await this.backend.scale('producer', 0);
    this.look();
    // Records that never come (a loss) must not hold the drill for ever: a settled group that has been idle this long is done.
    const idleMs = 3_000;
    const idle = (): boolean => this.group.state === 'Stable' && Date.now() - this.lastProcessedAt > idleMs;
    await this.until(() => this.waiting.size === 0 || idle(), 60_000);
    this.milestone(`drained: ${String(this.acked)} acknowledged, ${String(this.waiting.size)} of them not processed`);
    await this.backend.scale('consumer', 0);
    this.look();
    this.log({ event: 'offsets', partitions: await this.backend.offsets() });
  }

  /** Looks at pods and group until the condition holds or time is up; says whether it held. */
  private async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      this.options.abort.throwIfAborted();
      this.look();
      if (this.broken !== undefined) throw this.broken;
      if (Date.now() - this.groupPolledAt >= groupPollMs) await this.lookAtGroup();
      if (condition()) return true;
      if (Date.now() >= deadline) return false;
      this.progress.status(this.statusLine());
      await sleep(pollMs);
    }
  }

  private look(): void {
    for (const line of this.backend.poll()) {
      this.write(line);
      if ('evidence' in line) {
        this.atWork.add(line.member);
        if (line.evidence === 'acked' && line.offset >= 0) {
          this.acked += 1;
          const id = `${String(line.partition)}/${String(line.offset)}`;
          if (!this.early.delete(id)) this.waiting.add(id);
        } else if (line.evidence === 'processed') {
          this.processed += 1;
          this.lastProcessedAt = Date.now();
          this.processedAt.set(line.partition, line.t);
          const id = `${String(line.partition)}/${String(line.offset)}`;
          if (!this.waiting.delete(id)) this.early.add(id);
        }
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
    else this.milestone(`${pod.pod} ended by itself (${pod.signal ?? `code ${String(pod.code)}`}): ${why}`);
  }

  private async lookAtGroup(): Promise<void> {
    this.groupPolledAt = Date.now();
    try {
      const { state, members } = await this.backend.group();
      const seen = { state, members: [...members].sort((a, b) => a.clientId.localeCompare(b.clientId)) };
      if (JSON.stringify(seen) === JSON.stringify(this.group)) return;
      this.group = seen;
      this.log({ event: 'group', ...seen });
    } catch {
      // The coordinator may be moving or its broker be dead; the next look tells. What the members did is in their own evidence.
    }
  }

  private log(event: Untimed<DrillEvent>): void {
    this.write({ t: Date.now(), ...event } as DrillEvent);
  }

  private milestone(text: string): void {
    this.progress.say(`${seconds(Date.now() - this.startedAt).padStart(7)}  ${text}`);
  }

  private statusLine(): string {
    const members = this.group.members.length;
    return `${seconds(Date.now() - this.startedAt).padStart(7)}  ${String(members)} member${members === 1 ? '' : 's'}, ${this.group.state} | acknowledged ${String(this.acked)}, processed ${String(this.processed)}, waiting ${String(this.waiting.size)}`;
  }

  private whyPods(role: 'producer' | 'consumer'): string {
    const words = this.backend.pods(role).map((pod) => `${pod}: ${this.backend.lastWords(pod)}`);
    return words.length === 0 ? '' : `; ${words.join('; ')}`;
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
