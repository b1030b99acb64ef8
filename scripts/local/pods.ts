import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import { isAlive, launch, signal, type Running } from '../processes.js';
import type { PodTemplate } from './deployment.js';
import { Tail } from './tail.js';
import { withLocalPaths } from './volumes.js';

/** What a workload's pods have on this machine instead of a cluster's network and image. */
export interface PodSurroundings {
  readonly runDir: string;
  /** The folder that stands for the image's working directory. */
  readonly workingDir: string;
  /** Rewrites a value that names something only a cluster has, such as the bootstrap service. */
  readonly resolve: (value: string) => string;
  /** Variables set instead of the manifest's: told to the person, never silent. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Folders with the keys of Secrets as files, by the name of the Secret. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly onLine: (pod: string, line: string) => void;
  readonly onChange: (change: PodChange) => void;
}
export interface PodChange {
  readonly pod: string;
  readonly state: 'started' | 'exited';
  readonly code?: number | null;
  readonly signal?: string | null;
  /** We ended it ourselves. */
  readonly asked?: boolean;
}

interface Pod {
  readonly name: string;
  /** Of a StatefulSet, the number in its name. */
  readonly ordinal: number;
  readonly process: Running;
  readonly tail: Tail;
  asked: boolean;
  over: boolean;
  /** Where it answers probes, once it has said so. */
  port?: number;
}

/** As the kubelet, but sooner: the first restart after a second, then twice as long each time. */
const firstRestartMs = 1_000;
const lastRestartMs = 30_000;

/** Between two readiness probes, in ms; the kubelet's are seconds apart. */
const probeMs = 200;
/** A pod that is not ready by then will not be, in ms: a Deployment's progressDeadlineSeconds is 10 min, for which nobody waits here. */
const readyWithinMs = 60_000;

/**
 * The pods of one Deployment, StatefulSet or Job, each a process. As on a cluster: what ends by itself is started again (a Deployment's as a
 * new pod, though the kubelet restarts it in place; a StatefulSet's under its name; a Job's until it ends with 0), scaling down ends the
 * youngest, and the end is SIGTERM, the grace period, then SIGKILL. A StatefulSet never has two pods of one name at a time.
 */
export class LocalDeployment {
  private readonly pods: Pod[] = [];
  /** Starts so far: a Deployment's pods are numbered by it, and each start has an output of its own. */
  private count = 0;
  private wanted = 0;
  private restarting = 0;
  private restartMs = firstRestartMs;
  private isDone = false;

  /** @throws MusterError `bad-input` when a variable is a path in a Secret that is not given. */
  constructor(
    readonly template: PodTemplate,
    private readonly around: PodSurroundings,
  ) {
    mkdirSync(join(around.runDir, 'pods'), { recursive: true });
    // Now rather than when the first pod starts: a refusal comes before anything runs.
    this.environment(template.deployment);
  }

  /** Names of the pods that run, the oldest first. */
  names(): string[] {
    return this.living().map((pod) => pod.name);
  }

  /** Whether it is a Job that has done its work. */
  isFinished(): boolean {
    return this.isDone;
  }

  /** Starts or ends pods until there are as many as asked for; resolves when those that had to go are gone. */
  async scale(replicas: number): Promise<void> {
    this.wanted = this.template.kind === 'Job' ? Math.min(1, replicas) : replicas;
    const living = this.living();
    const surplus = living.slice(this.wanted);
    if (!this.isDone) for (let missing = this.wanted - living.length - this.restarting; missing > 0; missing--) this.startNext();
    await Promise.all(surplus.map(async (pod) => this.stop(pod)));
  }

  /** Ends one pod in order, and wants one less from now on, so that nobody takes its place. */
  async remove(name: string): Promise<void> {
    const pod = this.find(name);
    if (pod === undefined) return;
    this.wanted -= 1;
    await this.stop(pod);
  }

  /** Deletes a pod with so long a grace; another takes its place at once, as the controller does not wait for a pod that is going. */
  async replace(name: string, graceMs: number): Promise<void> {
    const pod = this.find(name);
    if (pod === undefined) return;
    const gone = this.stop(pod, graceMs);
    this.startNext();
    await gone;
  }

  /**
   * Replaces every pod by a new one as a Deployment's controller does, one at a time: with `maxSurge` 0 (and maxUnavailable 1) an old one is deleted
   * and a new one started at once; with 1 (and maxUnavailable 0) a new one must be ready before an old one is deleted. Resolves when the last
   * is ready and the old ones are gone.
   * @throws MusterError `bad-input` when a new pod does not become ready within a minute
   */
  async rollout(maxSurge: 0 | 1): Promise<void> {
    const old = this.living();
    const going: Promise<void>[] = [];
    // The youngest goes first, as a controller scales down.
    for (const pod of old.reverse()) {
      if (maxSurge === 0) going.push(this.stop(pod));
      this.startNext();
      await this.youngestIsReady();
      if (maxSurge === 1) going.push(this.stop(pod));
    }
    await Promise.all(going);
  }

  /** Sends a signal that does not end the pod. */
  signal(name: string, by: 'SIGSTOP' | 'SIGCONT'): void {
    const pod = this.find(name);
    if (pod !== undefined) signal(pod.process.ref, by);
  }

  private async youngestIsReady(): Promise<void> {
    const pod = this.pods.at(-1);
    const deadline = Date.now() + readyWithinMs;
    while (pod !== undefined && !(await isReady(pod))) {
      if (pod.over || Date.now() > deadline)
        throw new MusterError(
          'bad-input',
          `${pod.name} ${pod.over ? 'ended before it was ready' : `was not ready within ${String(readyWithinMs / 1000)} s`}; the rollout stands`,
        );
      this.poll();
      await sleep(probeMs);
    }
  }

  /** SIGTERM, then SIGKILL when the grace period is over. */
  private async stop(pod: Pod, graceMs = this.template.graceSeconds * 1000): Promise<void> {
    pod.asked = true;
    signal(pod.process.ref, 'SIGTERM');
    const late = setTimeout(() => signal(pod.process.ref, 'SIGKILL'), graceMs);
    await pod.process.ended;
    clearTimeout(late);
  }

  /**
   * Sends a signal without any grace. With `replace` false the workload wants one pod less from now on, so that nobody takes the dead one's
   * place.
   */
  kill(name: string, by: NodeJS.Signals, { replace }: { replace: boolean }): void {
    const pod = this.find(name);
    if (pod === undefined) return;
    pod.asked = true;
    if (!replace) this.wanted -= 1;
    signal(pod.process.ref, by);
    if (replace) this.startNext();
  }

  /** Hands on what the pods wrote since the last call. */
  poll(): void {
    for (const pod of this.pods)
      for (const line of pod.tail.read()) {
        pod.port ??= portIn(line);
        this.around.onLine(pod.name, line);
      }
  }

  close(): void {
    this.wanted = 0;
    this.poll();
    for (const pod of this.pods.splice(0)) pod.tail.close();
  }

  private find(name: string): Pod | undefined {
    return this.pods.findLast((pod) => pod.name === name);
  }

  private living(): Pod[] {
    const living = this.pods.filter((pod) => !pod.over && !pod.asked && isAlive(pod.process.ref));
    return this.template.kind === 'StatefulSet' ? living.sort((a, b) => a.ordinal - b.ordinal) : living;
  }

  /** Starts a pod, in a StatefulSet the one with the lowest number that is not there; where it is about to end, after its end. */
  private startNext(): void {
    if (this.template.kind !== 'StatefulSet') {
      this.start(this.count + 1);
      return;
    }
    const living = this.living();
    let ordinal = 0;
    while (living.some((pod) => pod.ordinal === ordinal)) ordinal += 1;
    const before = this.pods.find((pod) => pod.ordinal === ordinal && !pod.over);
    if (before === undefined) {
      this.start(ordinal);
      return;
    }
    this.restarting += 1;
    void before.process.ended.then(() => {
      this.restarting -= 1;
      if (this.living().length + this.restarting < this.wanted) this.start(ordinal);
    });
  }

  private start(ordinal: number): void {
    this.count += 1;
    const name = `${this.template.deployment}-${String(ordinal)}`;
    const output = join(this.around.runDir, 'pods', this.find(name) === undefined ? `${name}.log` : `${name}.${String(this.count)}.log`);
    const [program = '', ...args] = this.template.command;
    writeFileSync(output, '');
    for (const { volume } of this.template.folders) mkdirSync(join(this.volumes(name), volume), { recursive: true });
    const process = launch(this.around.runDir, {
      what: `pod ${name}`,
      // The image's node is the one that runs us.
      command: program === 'node' ? globalThis.process.execPath : program,
      args,
      cwd: this.around.workingDir,
      env: this.environment(name),
      output,
    });
    const pod: Pod = { name, ordinal, process, tail: new Tail(output), asked: false, over: false };
    this.pods.push(pod);
    this.around.onChange({ pod: name, state: 'started' });
    void process.ended.then(({ code, signal: by, error }) => {
      pod.over = true;
      if (error !== undefined) this.around.onLine(name, error);
      if (this.template.kind === 'Job' && code === 0 && !pod.asked) this.isDone = true;
      this.around.onChange({ pod: name, state: 'exited', code, signal: by, asked: pod.asked });
      if (pod.asked || this.isDone) return;
      this.restarting += 1;
      setTimeout(() => {
        this.restarting -= 1;
        if (this.living().length + this.restarting < this.wanted) this.startNext();
      }, this.restartMs).unref();
      this.restartMs = Math.min(2 * this.restartMs, lastRestartMs);
    });
  }

  private volumes(pod: string): string {
    return join(this.around.runDir, 'volumes', pod);
  }

  private environment(pod: string): Record<string, string> {
    const fields: Record<string, string> = {
      'metadata.name': pod,
      'metadata.namespace': this.template.namespace ?? 'default',
      'status.podIP': '127.0.0.1',
      'status.hostIP': '127.0.0.1',
      'spec.nodeName': 'localhost',
    };
    const declared = this.template.env.map((v): [string, string] => [
      v.name,
      'field' in v ? (fields[v.field] ?? '') : this.around.resolve(v.value),
    ]);
    return {
      PATH: [dirname(globalThis.process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
      HOSTNAME: pod,
      HOME: '/tmp',
      NODE_ENV: 'production',
      // What is set instead is of this machine already.
      ...withLocalPaths(this.template, Object.fromEntries(declared.filter(([name]) => !Object.hasOwn(this.around.overrides, name))), {
        dir: this.volumes(pod),
        secrets: this.around.secrets ?? {},
      }),
      ...this.around.overrides,
    };
  }
}

/** The port a worker says it serves its probes on; the manifest's is not free for several pods of one machine. */
function portIn(line: string): number | undefined {
  const found = /"port":(\d+)/.exec(line.includes('serving /live') ? line : '');
  return found === null ? undefined : Number(found[1]);
}

/** What the kubelet's readiness probe asks. */
async function isReady({ port, over }: Pod): Promise<boolean> {
  if (over || port === undefined) return false;
  try {
    return (await fetch(`http://127.0.0.1:${String(port)}/ready`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
