import { MusterError } from '../../constructs/model/error.js';
import { parseDuration } from '../../constructs/model/units.js';
import type { Context } from '../context.js';
import type { Backend } from '../drill/backend.js';
import { clusterBackend, type ClusterOptions } from '../drill/cluster-backend.js';
import { dryRun, renderDryRun } from '../drill/cluster/dry-run.js';
import type { Scenario } from '../drill/scenario.js';
import { manifestsOf } from '../environments.js';

/** Options of `muster drill` that are about a cluster, and those it shares with the local backend. */
export interface ClusterDrillArgs {
  env: string;
  dir: string;
  execute: boolean;
  apply: boolean;
  context?: string;
  namespace?: string;
  consumer?: string;
  producer?: string;
  group?: string;
  topic?: string;
  deployment?: string;
  bootstrap?: string;
  'command-config'?: string;
  'node-shell'?: string;
  'node-image'?: string;
  'node-namespace'?: string;
  session?: string;
  'ready-within': string;
  'restore-within': string;
  rate?: number;
  work?: number;
  client?: string;
  protocol?: 'eager' | 'cooperative' | 'consumer';
  json: boolean;
}

/** Says what a drill would do on the cluster. Exit code 1 when `--execute` would refuse. */
export async function planOnCluster(context: Context, scenario: Scenario, args: ClusterDrillArgs): Promise<number> {
  const run = await dryRun(context.host, scenario, clusterOptions(context, args));
  context.terminal.data(
    args.json ? JSON.stringify({ schemaVersion: 1, scenario: scenario.name, ...run }, undefined, 2) : renderDryRun(run),
  );
  return run.refusals.length === 0 ? 0 : 1;
}

/** Where a drill on a cluster happens. */
export async function openCluster(context: Context, scenario: Scenario, args: ClusterDrillArgs): Promise<Backend> {
  return clusterBackend(context.host, scenario, clusterOptions(context, args));
}

function clusterOptions({ host, terminal, abort }: Context, args: ClusterDrillArgs): ClusterOptions {
  const { context, namespace, consumer, producer, group, topic, deployment, bootstrap, client, protocol } = args;
  const given = <T extends object>(options: T): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> =>
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
  return {
    ...given({ context, namespace, consumer, producer, group, topic, deployment, bootstrap, client, protocol }),
    ...given({
      rate: args.rate,
      workMs: args.work,
      commandConfig: args['command-config'],
      nodeShell: args['node-shell'],
      nodeImage: args['node-image'],
      nodeNamespace: args['node-namespace'],
      apply: args.apply ? manifestsOf(host.cwd, args.dir, args.env) : undefined,
      sessionTimeoutMs: args.session === undefined ? undefined : duration('--session', args.session),
    }),
    readyWithinMs: duration('--ready-within', args['ready-within']),
    restoreWithinMs: duration('--restore-within', args['restore-within']),
    tell: terminal.say,
    abort,
  };
}

function duration(option: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new MusterError('bad-input', `${option} ${text}: ${(cause as Error).message}`, { cause });
  }
}
