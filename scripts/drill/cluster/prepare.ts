import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../../constructs/model/error.js';
import { textAt } from '../../../constructs/model/resource.js';
import { isSilence, itemsOf, type ClusterTool } from '../../cluster/tool.js';
import type { ClusterAdmin } from '../../kafka/admin.js';
import { markCommand, scaleCommand, setEnvCommand, undoRolloutCommand, unmarkCommand } from './commands.js';
import { beforeIn, markValue, type Before } from './mark.js';
import { undoRanks, type Session } from './session.js';
import { drillsLabel, labelCommand, type ClusterTarget, type DeploymentNow } from './target.js';

/** The namespace agrees, and nobody else drills it. */
export async function refuseTarget(tool: ClusterTool, target: ClusterTarget): Promise<void> {
  if (!target.namespaceAllows)
    throw new MusterError(
      'bad-input',
      `namespace ${tool.namespace} of context ${tool.context ?? '(none)'} is not labelled ${drillsLabel}: "true", and a drill kills pods; if it is meant for that: ${labelCommand(tool)}`,
    );
  const deployments = deploymentsOf(target);
  for (const { name, mark, replicas } of deployments) {
    if (mark === undefined) continue;
    const before = beforeIn(mark);
    throw new MusterError(
      'bad-input',
      `a drill of ${before?.by ?? 'somebody'} is under way on ${name} since ${before?.at ?? 'some time'}, or was ended by force. If nobody drills any more, put back what it found and remove its mark: ${[
        tool.spell(scaleCommand(name, before?.replicas ?? replicas, tool.namespace)),
        ...(before?.revision === undefined
          ? []
          : [`${tool.spell(undoRolloutCommand(name, before.revision, tool.namespace))} (if its template was changed)`]),
        tool.spell(unmarkCommand(name, tool.namespace)),
      ].join('; ')}`,
    );
  }
  await refuseAutoscaled(tool, deployments);
}

/** An autoscaler would take back what the drill scales. */
async function refuseAutoscaled(tool: ClusterTool, deployments: readonly DeploymentNow[]): Promise<void> {
  let scalers: unknown[];
  try {
    scalers = itemsOf(await tool.json(['get', 'horizontalpodautoscalers.autoscaling', '-n', tool.namespace]));
  } catch (error) {
    if (isSilence(error)) throw error;
    // Who may not see them cannot be told of them.
    return;
  }
  for (const scaler of scalers) {
    const of = textAt(scaler, 'spec', 'scaleTargetRef', 'name');
    if (textAt(scaler, 'spec', 'scaleTargetRef', 'kind') !== 'Deployment' || !deployments.some(({ name }) => name === of)) continue;
    const name = textAt(scaler, 'metadata', 'name') ?? '';
    const keda = /^keda-hpa-(.*)$/.exec(name)?.[1];
    throw new MusterError(
      'bad-input',
      `${of ?? ''} is scaled by the HorizontalPodAutoscaler ${name}, which would take back what the drill scales; ${
        keda === undefined
          ? 'remove it for the time of the drill'
          : `pause it: ${tool.spell(['annotate', `scaledobject/${keda}`, 'autoscaling.keda.sh/paused=true', '-n', tool.namespace])}`
      }`,
    );
  }
}

export const deploymentsOf = ({ producer, consumer }: ClusterTarget): DeploymentNow[] =>
  producer === undefined ? [consumer] : [producer, consumer];

/** Notes on each Deployment what it was, and how that comes back; made before anything else is changed. */
export async function mark(session: Session, target: ClusterTarget): Promise<void> {
  const { namespace } = session.tool;
  for (const { name, replicas, revision } of deploymentsOf(target)) {
    const before: Before = {
      replicas,
      ...(revision === undefined ? {} : { revision }),
      by: `${userInfo().username}@${hostname()}`,
      at: new Date().toISOString(),
    };
    if (!isMade(session, name)) {
      session.undo.add(`mark ${name}`, undoRanks.mark, unmarkCommand(name, namespace));
      session.undo.add(`replicas ${name}`, undoRanks.replicas, scaleCommand(name, replicas, namespace));
    }
    await session.act(markCommand(name, markValue(before), namespace));
  }
}

/** The drill made it, and deletes it: nothing of it is to be put back. */
export const madeKey = (object: string): string => `made ${object}`;
const isMade = (session: Session, deployment: string): boolean => session.undo.has(madeKey(`deployment/${deployment}`));

/** Sets variables on a Deployment that has no pods, or whose pods may be replaced; undone by going back to the revision of before. */
export async function setEnv(session: Session, deployment: DeploymentNow, settings: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(settings).length === 0) return;
  willChangeTemplate(session, deployment);
  await session.act(setEnvCommand(deployment.name, settings, deployment.container, session.tool.namespace));
}

/** @throws MusterError `bad-input` when there is no way back */
export function willChangeTemplate(session: Session, { name, revision, keepsRevisions }: DeploymentNow): void {
  if (isMade(session, name)) return;
  if (revision === undefined || !keepsRevisions)
    throw new MusterError(
      'bad-input',
      `the template of ${name} would have to be changed, and could not be put back: it keeps no revisions (spec.revisionHistoryLimit: 0)`,
    );
  session.undo.add(`template ${name}`, undoRanks.template, undoRolloutCommand(name, revision, session.tool.namespace));
}

/**
 * Brings the system to rest: producers end, the group reads what there is, members leave. What the drill then starts is known from its first line on.
 * Gives the records nobody has read, which the drill will find in its topic.
 */
export async function bringToRest(
  session: Session,
  target: ClusterTarget,
  admin: ClusterAdmin,
  options: { readonly sessionTimeoutMs: number; readonly abort: AbortSignal; readonly tell: (text: string) => void },
): Promise<number> {
  const { tool } = session;
  const { consumer, producer, group, topic } = target;
  const until = async (what: () => Promise<boolean>, withinMs: number): Promise<boolean> => {
    for (const deadline = Date.now() + withinMs; ; await sleep(300)) {
      options.abort.throwIfAborted();
      if (await what()) return true;
      if (Date.now() > deadline) return false;
    }
  };
  const isEmpty = async ({ selector }: DeploymentNow): Promise<boolean> =>
    itemsOf(await tool.json(['get', 'pods', '-n', tool.namespace, '-l', selector])).length === 0;
  const waiting = async (): Promise<number> =>
    (await admin.offsets(group, topic)).reduce((sum, { end, committed }) => sum + Math.max(0, end - Math.max(0, committed)), 0);

  if (producer !== undefined) {
    await session.act(scaleCommand(producer.name, 0, tool.namespace));
    if (!(await until(async () => isEmpty(producer), restWithinMs)))
      throw new MusterError(
        'not-reachable',
        `the pods of ${producer.name} are not gone ${String(restWithinMs / 1000)} s after it was scaled to 0`,
      );
  }
  if (consumer.replicas > 0) await until(async () => (await waiting()) === 0, drainWithinMs);
  await session.act(scaleCommand(consumer.name, 0, tool.namespace));
  if (!(await until(async () => isEmpty(consumer), restWithinMs)))
    throw new MusterError(
      'not-reachable',
      `the pods of ${consumer.name} are not gone ${String(restWithinMs / 1000)} s after it was scaled to 0`,
    );
  let members: readonly { readonly clientId: string }[] = [];
  const left = await until(async () => {
    members = (await admin.group(group, topic)).members;
    return members.length === 0;
  }, options.sessionTimeoutMs + 10_000);
  if (!left)
    throw new MusterError(
      'bad-input',
      `the group ${group} has members that are not of ${consumer.name}: ${members.map(({ clientId }) => clientId).join(', ')}; a drill cannot tell their work from its own: end them, or drill another group`,
    );
  return waiting();
}

/** For pods to end in order, in ms: the longest grace period that is usual, and some. */
const restWithinMs = 90_000;
const drainWithinMs = 60_000;
