import { MusterError } from '../../constructs/model/error.js';
import { run, type Finished } from '../processes.js';
import type { ClusterTool } from './tool.js';

/**
 * Signals to a container's first process that come from its node. From inside its own namespace that process cannot be killed (SIGKILL and SIGSTOP of its
 * own kind are ignored), and the API server knows no such act.
 */
export interface NodeAccess {
  /** @throws MusterError when the node cannot be reached, or has no such container */
  signal(target: ContainerOnNode, name: NodeSignal): Promise<void>;
  /** The command, as a person would type it. */
  spell(target: ContainerOnNode, name: NodeSignal): string;
  /** The same for later, told to nobody; of a container that has ended by then nothing is asked. Needs a way in that is open. */
  later(target: ContainerOnNode, name: NodeSignal): { readonly command: string; run(): Promise<void> };
  /** Commands that are run to be let in, and those that remove what they made. */
  readonly entry: (node: string) => { readonly args: readonly string[]; readonly input: string } | undefined;
  /** What `close` would run. */
  leftovers(): readonly (readonly string[])[];
  /** Makes sure of a way in, before it is needed. */
  open(node: string): Promise<void>;
}

export interface ContainerOnNode {
  readonly node: string;
  /** As the API server has it: `containerd://9f86d0…`. */
  readonly containerId: string;
}
export type NodeSignal = 'KILL' | 'STOP' | 'CONT';

export interface NodeAccessOptions {
  /** Command that runs a shell as root on the node and reads a script from standard input; `{node}` becomes the node's name. */
  readonly shell?: string;
  /** Where the privileged pod is made. */
  readonly namespace: string;
  /** Image of the privileged pod: one with sh and grep. */
  readonly image: string;
  /** Told of each command that changes something. */
  readonly acted: (command: string) => void;
}

/** How long a shell on a node may take, in ms. */
const shellWithinMs = 30_000;
/** A pod that was forgotten ends by itself, in seconds. */
const podLivesForSeconds = 7_200;

/** Finds the container's first process by its cgroup, which has the container's id whatever runtime and cgroup version; needs no crictl. */
export function signalScript(containerId: string, name: NodeSignal): string {
  const id = containerId.replace(/^.*:\/\//, '');
  return (
    `for c in $(grep -ls ${id} /proc/[0-9]*/cgroup); do d=\${c%/cgroup}; ` +
    `if grep -qE '^NSpid:.*[[:space:]]1$' $d/status; then kill -${name} \${d#/proc/} && echo sent; fi; done`
  );
}

export function nodeAccess(tool: ClusterTool, options: NodeAccessOptions): NodeAccess {
  const made = new Map<string, Promise<string>>();
  const { shell, namespace, image } = options;
  const podName = (node: string): string => `muster-drill-${node.replace(/[^a-zA-Z0-9-]/g, '-').slice(0, 40)}-${String(process.pid)}`;
  const entry = (node: string): { args: string[]; input: string } | undefined =>
    shell === undefined
      ? { args: ['apply', '-n', namespace, '-f', '-'], input: JSON.stringify(rootPod(podName(node), namespace, node, image)) }
      : undefined;
  const inPod = (pod: string, script: string): string[] => ['exec', '-n', namespace, pod, '--', 'sh', '-c', script];

  const open = async (node: string): Promise<string> => {
    const known = made.get(node);
    if (known !== undefined) return known;
    const pod = podName(node);
    const opening = (async () => {
      const { args, input } = entry(node) ?? { args: [], input: '' };
      options.acted(`${tool.spell(args)} <<< '${input}'`);
      await tool.run(args, { input });
      try {
        await tool.run(['wait', '-n', namespace, '--for=condition=Ready', '--timeout=60s', `pod/${pod}`], { withinMs: 70_000 });
      } catch (cause) {
        throw new MusterError(
          'bad-input',
          `the pod ${pod} that is to send signals on node ${node} does not become ready: ${(cause as Error).message}; name an image it can have with --node-image, or a way of your own with --node-shell 'ssh root@{node} sh'`,
          { cause },
        );
      }
      return pod;
    })();
    made.set(node, opening);
    return opening;
  };

  const spell = (target: ContainerOnNode, name: NodeSignal): string => {
    const script = signalScript(target.containerId, name);
    return shell === undefined
      ? tool.spell(inPod(podName(target.node), script))
      : `${shell.replaceAll('{node}', target.node)} <<'END'\n${script}\nEND`;
  };
  /** What the node says: a line "sent", or nothing where it has no such process. */
  const send = async (target: ContainerOnNode, name: NodeSignal): Promise<string> => {
    const script = signalScript(target.containerId, name);
    if (shell === undefined) return tool.run(inPod(podName(target.node), script));
    const [command = 'sh', ...args] = shell.replaceAll('{node}', target.node).trim().split(/\s+/);
    const finished = await run(command, args, {
      env: tool.env,
      input: `${script}\n`,
      ownGroup: true,
      abort: AbortSignal.timeout(shellWithinMs),
    });
    if (finished.code === 0) return finished.stdout;
    throw shellRefusal(shell, command, finished);
  };

  return {
    entry,
    open: async (node) => {
      if (shell === undefined) await open(node);
    },
    spell,
    later: (target, name) => ({
      command: spell(target, name),
      run: async () => {
        await send(target, name);
      },
    }),
    signal: async (target, name) => {
      if (shell === undefined) await open(target.node);
      options.acted(spell(target, name));
      const said = await send(target, name);
      if (!/^sent$/m.test(said))
        throw new MusterError(
          'bad-input',
          `node ${target.node} has no process of container ${target.containerId}: it has ended, or the way in does not reach the processes of the node itself (--node-shell)`,
        );
    },
    leftovers: () =>
      [...made.keys()].map((node) => ['delete', 'pod', podName(node), '-n', namespace, '--ignore-not-found', '--wait=false']),
  };
}

function shellRefusal(shell: string, command: string, { code, stderr, missing }: Finished): MusterError {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const why = missing
    ? `${command} is not on PATH`
    : code === null
      ? `it did not end within ${String(shellWithinMs / 1000)} s; it must ask for nothing, and read its script from standard input`
      : `exit code ${String(code)}${said === '' ? '' : `: ${said}`}`;
  return new MusterError('bad-input', `--node-shell '${shell}' failed: ${why}`);
}

/** A privileged pod that sees the processes of its node. */
export function rootPod(name: string, namespace: string, node: string, image: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'muster', 'app.kubernetes.io/component': 'drill' } },
    spec: {
      nodeName: node,
      hostPID: true,
      restartPolicy: 'Never',
      activeDeadlineSeconds: podLivesForSeconds,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'node',
          image,
          command: ['sleep', String(podLivesForSeconds)],
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '500m', memory: '64Mi' } },
          securityContext: { privileged: true, runAsUser: 0, runAsNonRoot: false },
        },
      ],
    },
  };
}
