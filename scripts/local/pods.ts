import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { isAlive, launch, signal, type Running } from '../processes.js';
import type { PodTemplate } from './deployment.js';
import { Tail } from './tail.js';

/** What a Deployment's pods have on this machine instead of a cluster's network and image. */
export interface PodSurroundings {
  readonly runDir: string;
  /** The folder that stands for the image's working directory. */
  readonly workingDir: string;
  /** Rewrites a value that names something only a cluster has, such as the bootstrap service. */
  readonly resolve: (value: string) => string;
  /** Variables set instead of the manifest's: told to the person, never silent. */
  readonly overrides: Readonly<Record<string, string>>;
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
  readonly process: Running;
  readonly tail: Tail;
  asked: boolean;
  over: boolean;
}

/** As the kubelet, but sooner: the first restart after a second, then twice as long each time. */
const firstRestartMs = 1_000;
const lastRestartMs = 30_000;

/**
 * The pods of one Deployment, each a process. As on a cluster: what ends by itself is started again (here as a new pod; the kubelet
 * restarts it in place), scaling down ends the youngest, and the end is SIGTERM, the grace period, then SIGKILL.
 */
export class LocalDeployment {
  private readonly pods: Pod[] = [];
  private count = 0;
  private wanted = 0;
  private restarting = 0;
  private restartMs = firstRestartMs;

  constructor(
    readonly template: PodTemplate,
    private readonly around: PodSurroundings,
  ) {
    mkdirSync(join(around.runDir, 'pods'), { recursive: true });
  }

  /** Names of the pods that run, the oldest first. */
  names(): string[] {
    return this.living().map((pod) => pod.name);
  }

  /** Starts or ends pods until there are as many as asked for; resolves when those that had to go are gone. */
  async scale(replicas: number): Promise<void> {
    this.wanted = replicas;
    const living = this.living();
    const surplus = living.slice(replicas);
    for (let missing = replicas - living.length - this.restarting; missing > 0; missing--) this.start();
    await Promise.all(surplus.map(async (pod) => this.stop(pod)));
  }

  /** Ends one pod in order, and wants one less from now on, so that nobody takes its place. */
  async remove(name: string): Promise<void> {
    const pod = this.pods.find((p) => p.name === name);
    if (pod === undefined) return;
    this.wanted -= 1;
    await this.stop(pod);
  }

  /** SIGTERM, then SIGKILL when the grace period is over. */
  private async stop(pod: Pod): Promise<void> {
    pod.asked = true;
    signal(pod.process.ref, 'SIGTERM');
    const late = setTimeout(() => signal(pod.process.ref, 'SIGKILL'), this.template.graceSeconds * 1000);
    await pod.process.ended;
    clearTimeout(late);
  }

  /**
   * Sends a signal without any grace. With `replace` false the Deployment wants one pod less from now on, so that nobody takes the
   * dead one's place.
   */
  kill(name: string, by: NodeJS.Signals, { replace }: { replace: boolean }): void {
    const pod = this.pods.find((p) => p.name === name);
    if (pod === undefined) return;
    pod.asked = true;
    if (!replace) this.wanted -= 1;
    signal(pod.process.ref, by);
    if (replace) this.start();
  }

  /** Hands on what the pods wrote since the last call. */
  poll(): void {
    for (const pod of this.pods) for (const line of pod.tail.read()) this.around.onLine(pod.name, line);
  }

  close(): void {
    this.wanted = 0;
    this.poll();
    for (const pod of this.pods.splice(0)) pod.tail.close();
  }

  private living(): Pod[] {
    return this.pods.filter((pod) => !pod.over && !pod.asked && isAlive(pod.process.ref));
  }

  private start(): void {
    this.count += 1;
    const name = `${this.template.deployment}-${String(this.count)}`;
    const output = join(this.around.runDir, 'pods', `${name}.log`);
    const [program = '', ...args] = this.template.command;
    writeFileSync(output, '');
    const process = launch(this.around.runDir, {
      what: `pod ${name}`,
      // The image's node is the one that runs us.
      command: program === 'node' ? globalThis.process.execPath : program,
      args,
      cwd: this.around.workingDir,
      env: this.environment(name),
      output,
    });
    const pod: Pod = { name, process, tail: new Tail(output), asked: false, over: false };
    this.pods.push(pod);
    this.around.onChange({ pod: name, state: 'started' });
    void process.ended.then(({ code, signal: by, error }) => {
      pod.over = true;
      if (error !== undefined) this.around.onLine(name, error);
      this.around.onChange({ pod: name, state: 'exited', code, signal: by, asked: pod.asked });
      if (pod.asked) return;
      this.restarting += 1;
      setTimeout(() => {
        this.restarting -= 1;
        if (this.living().length + this.restarting < this.wanted) this.start();
      }, this.restartMs).unref();
      this.restartMs = Math.min(2 * this.restartMs, lastRestartMs);
    });
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
      ...Object.fromEntries(declared),
      ...this.around.overrides,
    };
  }
}
