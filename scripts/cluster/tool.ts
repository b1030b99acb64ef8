import { MusterError } from '../../constructs/model/error.js';
import { isRecord } from '../../constructs/model/resource.js';
import type { Host } from '../host.js';
import { run, type Finished } from '../processes.js';

/** `oc` or `kubectl` on one context and namespace: what both understand in the same words. */
export interface ClusterTool {
  readonly name: 'oc' | 'kubectl';
  /** Undefined inside a pod, where there is no context but the pod's own account. */
  readonly context: string | undefined;
  readonly namespace: string;
  readonly env: NodeJS.ProcessEnv;
  /** All arguments, as they are given to the program. */
  argumentsOf(args: readonly string[]): string[];
  /** The command as a person would type it. */
  spell(args: readonly string[]): string;
  /**
   * Runs a command to its end and gives what it printed.
   * @throws MusterError `not-reachable` when the program or the API server does not answer, else `bad-input`, in one sentence
   */
  run(args: readonly string[], options?: CallOptions): Promise<string>;
  /** As `run`, for `-o json`. */
  json(args: readonly string[], options?: CallOptions): Promise<unknown>;
}

export interface CallOptions {
  readonly input?: string;
  /** Longest time in ms. @default 30000 */
  readonly withinMs?: number;
}

export interface ToolOptions {
  /** @default the current one */
  readonly context?: string;
  /** @default that of the context, else `default` */
  readonly namespace?: string;
}

const programs = ['oc', 'kubectl'] as const;

/**
 * The tool of this machine: `oc` where it is there, else `kubectl`. The context is the one of now, whatever becomes the current one later.
 * @throws MusterError `not-reachable` when neither is there; `bad-input` for a context that is not known
 */
export async function findTool(host: Host, options: ToolOptions = {}): Promise<ClusterTool> {
  const name = await firstThatRuns(host.env);
  const context = options.context ?? ((await ask(name, host.env, ['config', 'current-context'])) || undefined);
  const asked = [
    ...(context === undefined ? [] : ['--context', context]),
    'config',
    'view',
    '--minify',
    '-o',
    'jsonpath={..contexts[0].context.namespace}',
  ];
  const namespace = options.namespace ?? ((await ask(name, host.env, asked)) || 'default');
  const shownContext = options.context === undefined ? [] : ['--context', options.context];
  const argumentsOf = (args: readonly string[]): string[] => withOptions(args, context === undefined ? [] : ['--context', context]);
  const spell = (args: readonly string[]): string => [name, ...withOptions(args, shownContext)].map(quoted).join(' ');
  const call = async (args: readonly string[], { input, withinMs = 30_000 }: CallOptions = {}): Promise<string> => {
    const finished = await run(name, argumentsOf(args), {
      env: host.env,
      abort: AbortSignal.timeout(withinMs),
      ownGroup: true,
      ...(input === undefined ? {} : { input }),
    });
    if (finished.code === 0) return finished.stdout;
    throw refusal(finished, { name, command: spell(args), context, withinMs });
  };
  return {
    name,
    context,
    namespace,
    env: host.env,
    argumentsOf,
    spell,
    run: call,
    json: async (args, more) => JSON.parse(await call([...args, '-o', 'json'], more)) as unknown,
  };
}

async function firstThatRuns(env: NodeJS.ProcessEnv): Promise<ClusterTool['name']> {
  for (const name of programs) if ((await run(name, ['version', '--client'], { env })).code === 0) return name;
  throw new MusterError(
    'not-reachable',
    'neither oc nor kubectl can be run here: install one of them and put it on PATH (https://kubernetes.io/docs/tasks/tools)',
  );
}

async function ask(name: string, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const { code, stdout } = await run(name, args, { env });
  return code === 0 ? stdout.trim() : '';
}

/** Options stand before the dashes behind which another program's arguments begin. */
function withOptions(args: readonly string[], options: readonly string[]): string[] {
  const dashes = args.indexOf('--');
  return dashes === -1 ? [...args, ...options] : [...args.slice(0, dashes), ...options, ...args.slice(dashes)];
}

/** As a POSIX shell takes it. */
export const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const silence =
  /connection refused|was refused|unable to connect|no such host|i\/o timeout|handshake timeout|deadline exceeded|connection reset|unexpected EOF|http2:|no route to host|network is unreachable|server is currently unable|etcdserver|ServiceUnavailable|Service Unavailable|InternalError|apiserver not ready|Timeout: request did not complete/i;

/** What a command that failed says, as one of Muster's refusals. */
export function refusal(
  { code, stderr, missing }: Pick<Finished, 'code' | 'stderr' | 'missing'>,
  { name, command, context, withinMs }: { name: string; command: string; context: string | undefined; withinMs: number },
): MusterError {
  const cluster = context === undefined ? 'the cluster' : `the cluster of context ${context}`;
  if (missing) return new MusterError('not-reachable', `${name} cannot be run any more (it is not on PATH), so ${cluster} is out of reach`);
  const said = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/memcache\.go|^W\d{4}|^Warning:/.test(line))
    .at(-1)
    ?.replace(/^(error|Error from server( \(\w+\))?|Error in configuration|Unable to connect to the server):\s*/, '')
    .trim();
  if (code === null) return new MusterError('not-reachable', `${cluster} did not answer "${command}" within ${String(withinMs / 1000)} s`);
  if (silence.test(stderr)) return new MusterError('not-reachable', `${cluster} does not answer: ${said ?? 'no reason given'}`);
  if (/\(Forbidden\)|forbidden:/.test(stderr)) return new MusterError('bad-input', `you may not do this on ${cluster}: ${said ?? command}`);
  if (/\(Unauthorized\)|must be logged in|provide credentials/i.test(stderr))
    return new MusterError(
      'bad-input',
      `${cluster} does not know you: ${said ?? command}; log in again (oc login, or the plugin of your kubeconfig)`,
    );
  return new MusterError('bad-input', `"${command}" failed: ${said === undefined || said === '' ? `exit code ${String(code)}` : said}`);
}

/** Whether a failure may pass by itself. */
export const isSilence = (error: unknown): boolean => error instanceof MusterError && error.code === 'not-reachable';

/** The items of a list as `-o json` gives it. */
export const itemsOf = (list: unknown): unknown[] => (isRecord(list) && Array.isArray(list['items']) ? (list['items'] as unknown[]) : []);
