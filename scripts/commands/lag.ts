import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import { parseDuration } from '../../constructs/model/units.js';
import type { Context } from '../context.js';
import { asMusterError, nodesOf, type ConnectionArgs } from '../kafka/connection.js';
import type { Nodes } from '../kafka/nodes.js';
import { alertAfter, type Alert, type AlertRule } from '../lag/alert.js';
import { lagOf } from '../lag/lag.js';
import { remediesOf } from '../lag/remedies.js';
import { sampleGroup, type GroupSample } from '../lag/sample.js';
import { lagLine, lagTable, type LagView } from '../lag/table.js';
import { between } from '../option-values.js';

export interface LagArgs extends ConnectionArgs {
  group: string;
  topic?: string[];
  watch: boolean;
  every: string;
  'alert-above': number;
  'alert-for': string;
  'fail-on-alert': boolean;
  json: boolean;
}

/** `muster lag`: how far a group is behind, once, or again and again until Ctrl-C, with the alert on it evaluated live. */
export async function lag(context: Context, args: LagArgs): Promise<number> {
  const { host, terminal, abort } = context;
  between('--alert-above', args['alert-above'], 0, Number.MAX_SAFE_INTEGER);
  const rule: AlertRule = { above: args['alert-above'], forMs: durationOf('--alert-for', args['alert-for']) };
  const everyMs = durationOf('--every', args.every);
  if (everyMs < 100)
    throw new MusterError('bad-input', `--every ${args.every} cannot be: give 100ms or more; a look asks every leader and the coordinator`);
  if (args['fail-on-alert'] && !args.watch && rule.forMs > 0)
    throw new MusterError(
      'bad-input',
      `--fail-on-alert needs --watch, since one look cannot tell whether the lag has been above for ${args['alert-for']}; or give --alert-for 0s to judge by one`,
    );
  const { nodes, bootstrap } = nodesOf(host, args);
  try {
    let before: GroupSample | undefined;
    let alert: Alert | undefined;
    for (;;) {
      const from = Date.now();
      const sample = await look(nodes, args, before, bootstrap, abort);
      abort.throwIfAborted();
      if (sample instanceof MusterError) {
        // What cannot be asked now may answer soon: who watches wants to be told, and to go on.
        if (args.json)
          terminal.data(JSON.stringify({ schemaVersion: 1, group: args.group, at: new Date().toISOString(), error: sample.message }));
        else terminal.say(sample.message);
      } else {
        const seen = lagOf(sample, before);
        alert = alertAfter(alert, rule, seen);
        before = sample;
        show(context, args, { lag: seen, alert, remedies: alert.state === 'ok' ? [] : remediesOf(seen) });
        if (args['fail-on-alert'] && alert.state === 'firing') return 1;
      }
      if (!args.watch) return 0;
      await sleep(Math.max(0, everyMs - (Date.now() - from)), undefined, { signal: abort }).catch(() => undefined);
      abort.throwIfAborted();
    }
  } catch (error) {
    throw asMusterError(error, bootstrap);
  } finally {
    nodes.close();
  }
}

/** A sample; later than the first also why there is none. */
async function look(
  nodes: Nodes,
  args: LagArgs,
  before: GroupSample | undefined,
  bootstrap: string,
  abort: AbortSignal,
): Promise<GroupSample | MusterError> {
  try {
    return await untilAborted(sampleGroup(nodes, args.group, args.topic), abort);
  } catch (error) {
    if (before === undefined || abort.aborted) throw error;
    const known = asMusterError(error, bootstrap);
    if (known instanceof MusterError) return known;
    throw error;
  }
}

/** Ctrl-C does not wait for a Kafka that does not answer. */
async function untilAborted<T>(work: Promise<T>, abort: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    const give = (): void => {
      reject(abort.reason as Error);
    };
    if (abort.aborted) give();
    abort.addEventListener('abort', give, { once: true });
    void work
      .catch(() => undefined)
      .finally(() => {
        abort.removeEventListener('abort', give);
      });
  });
  return Promise.race([work, aborted]);
}

function show({ terminal }: Context, args: LagArgs, view: LagView): void {
  if (args.json) {
    const { at, ...seen } = view.lag;
    const { forMs, since, ...alert } = view.alert;
    const json = {
      schemaVersion: 1,
      ...seen,
      at: new Date(at).toISOString(),
      alert: { ...alert, forSeconds: forMs / 1_000, since: since === null ? null : new Date(since).toISOString() },
      remedies: view.remedies,
    };
    terminal.data(args.watch ? JSON.stringify(json) : JSON.stringify(json, undefined, 2));
  } else if (!args.watch) terminal.data(lagTable(view));
  else if (terminal.screen === undefined) terminal.data(lagLine(view));
  else terminal.screen.show(lagTable(view, terminal.screen.rows()));
}

function durationOf(option: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new MusterError('bad-input', `${option}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
