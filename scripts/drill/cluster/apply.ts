import { MusterError } from '../../../constructs/model/error.js';
import { textAt, type Resource } from '../../../constructs/model/resource.js';
import { refuseWithout } from '../../cluster/rights.js';
import { readChecked } from '../../manifests.js';
import { findWorker } from '../roles.js';
import { madeKey, refuseTarget } from './prepare.js';
import { undoRanks, type Session } from './session.js';
import { drillsLabel, findTarget, labelCommand, type ClusterTarget, type TargetOptions } from './target.js';

const nameLabel = 'app.kubernetes.io/name';

/** The manifests of the two workers, without the Kafka they use. */
export function workerManifests(
  manifests: string,
  namespace: string,
  { consumer, producer }: TargetOptions,
): (Resource & { file: undefined })[] {
  const resources = readChecked(manifests);
  const names = [findWorker(resources, 'producer', producer).deployment, findWorker(resources, 'consumer', consumer).deployment];
  return resources
    .filter(
      (resource) =>
        !resource.apiVersion.startsWith('kafka.strimzi.io') &&
        names.includes(resource.metadata.labels?.[nameLabel] ?? '') &&
        textAt(resource, 'metadata', 'namespace') === namespace,
    )
    .map((resource) => ({ ...resource, file: undefined }));
}

/** Applies what of the two workers is not there, and has it removed at the end. What is there is used as it is. */
export async function applyWorkers(session: Session, manifests: string, options: TargetOptions): Promise<ClusterTarget> {
  const { tool, undo } = session;
  const { namespace } = tool;
  const resources = workerManifests(manifests, namespace, options);
  if (resources.length === 0)
    throw new MusterError(
      'bad-input',
      `${manifests} holds no workers for namespace ${namespace}: name that of the environment with --namespace`,
    );
  const label = textAt(await tool.json(['get', 'namespace', namespace]), 'metadata', 'labels', drillsLabel);
  if (label !== 'true')
    throw new MusterError(
      'bad-input',
      `namespace ${namespace} of context ${tool.context ?? '(none)'} is not labelled ${drillsLabel}: "true"; if it is meant for drills: ${labelCommand(tool)}`,
    );
  const there = new Set<string>();
  for (const { kind, metadata } of resources)
    if ((await tool.run(['get', kind.toLowerCase(), metadata.name, '-n', namespace, '--ignore-not-found', '-o', 'name'])).trim() !== '')
      there.add(`${kind}/${metadata.name}`);
  const missing = resources.filter(({ kind, metadata }) => !there.has(`${kind}/${metadata.name}`));
  const consumerName = findWorker(resources, 'consumer', options.consumer).deployment;
  const kinds = [...new Set(missing.map(({ kind }) => kind.toLowerCase()))];
  await refuseWithout(
    tool,
    kinds.flatMap((resource) => ['create', 'delete'].map((verb) => ({ verb, resource, why: '--apply, and to remove what it made' }))),
  );
  for (const { kind, metadata } of missing) {
    const object = `${kind.toLowerCase()}/${metadata.name}`;
    undo.add(madeKey(object), undoRanks.pods, ['delete', object, '-n', namespace, '--ignore-not-found']);
  }
  if (missing.length > 0) {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: missing });
    await session.act(['apply', '-n', namespace, '-f', '-'], { input });
  }
  const target = await findTarget(tool, { ...options, consumer: consumerName });
  await refuseTarget(tool, target);
  return target;
}
