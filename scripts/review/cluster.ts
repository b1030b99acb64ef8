import { MusterError } from '../../constructs/model/error.js';
import { isRecord, listAt, recordAt, textAt, type Resource } from '../../constructs/model/resource.js';
import type { Context } from '../context.js';
import { run, type Finished } from '../processes.js';
import { asHeadSays, isOurs, withNamespace } from './live.js';
import { loadHead, type Loaded } from './load.js';

/**
 * What a cluster runs as base: only kinds and namespaces that head has are read, by `oc get` or `kubectl get`; nothing is written.
 * @throws MusterError `not-reachable` where there is no such program or no cluster answers
 */
export async function loadAgainstCluster(head: string, dir: string, named: string | undefined, context: Context): Promise<Loaded> {
  const { sets, label, notes } = await loadHead(head, dir, context);
  const [set, ...others] = sets;
  if (set === undefined || others.length > 0) {
    const names = sets.map(({ name }) => name).join(', ');
    throw new MusterError(
      'bad-input',
      `${head} holds several environments (${names}), and a cluster runs one: name it, as ${head}/${sets[0]?.name ?? ''}`,
    );
  }
  const client = await openClient(named, context);
  const wanted = set.resources.map((resource) => withNamespace(resource, client.namespace, clusterWide));
  const found: Resource[] = [];
  const unknown: string[] = [];
  for (const [namespace, kinds] of readsOf(wanted)) {
    const { resources, absent } = await readKinds(client, namespace, kinds);
    found.push(...resources);
    unknown.push(...absent);
  }
  const kinds = [...new Set(unknown)];
  return {
    pairs: [{ name: '', base: found.filter(isOurs(wanted)).map(asHeadSays(wanted)), head: wanted }],
    base: `cluster (context ${client.context})`,
    head: label,
    notes: [
      `BASE is what the cluster of context ${client.context} runs; of what HEAD sets, what differs is told. What HEAD lacks goes only where applying prunes.`,
      ...(kinds.length === 0
        ? []
        : [`the cluster does not know ${kinds.join(', ')}: install what defines them first; all of them are new`]),
      ...notes,
    ],
  };
}

/** Kinds without a namespace, of those that manifests of Kafka have. Others are found out by asking. */
const clusterWide = new Set(
  'Namespace Node PersistentVolume StorageClass ClusterRole ClusterRoleBinding CustomResourceDefinition PriorityClass IngressClass Project'.split(
    ' ',
  ),
);

/** By namespace (empty: none) the kinds to read, as `kubectl get` takes them: with their group, for another may have the same kind. */
function readsOf(resources: readonly Resource[]): Map<string, Set<string>> {
  const reads = new Map<string, Set<string>>();
  for (const { apiVersion, kind, metadata } of resources) {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const type = group === '' ? kind : `${kind}.${version ?? ''}.${group ?? ''}`;
    const namespace = clusterWide.has(kind) ? '' : (metadata.namespace ?? '');
    reads.set(namespace, (reads.get(namespace) ?? new Set()).add(type));
  }
  return reads;
}

interface Client {
  readonly context: string;
  readonly namespace: string;
  readonly get: (args: readonly string[]) => Promise<Finished>;
}

async function openClient(named: string | undefined, { host, abort }: Context): Promise<Client> {
  const chosen = named === undefined ? [] : ['--context', named];
  for (const program of ['oc', 'kubectl']) {
    const call = (args: readonly string[]): Promise<Finished> =>
      run(program, [...args, ...chosen], { env: host.env, cwd: host.cwd, abort });
    const seen = await call(['config', 'view', '--minify', '-o', 'json']);
    if (abort.aborted) throw abort.reason;
    if (seen.missing) continue;
    if (seen.code !== 0) {
      const which = named === undefined ? 'has no current context' : `has no context ${named}`;
      throw new MusterError(
        'not-reachable',
        `the kubeconfig ${which}: log in (oc login), or name one with --context; ${program} says: ${lastLine(seen.stderr)}`,
      );
    }
    const config: unknown = JSON.parse(seen.stdout);
    return {
      context: named ?? textAt(config, 'current-context') ?? '',
      namespace: textAt(listAt(config, 'contexts')[0], 'context', 'namespace') ?? 'default',
      get: (args) => call(['get', '--request-timeout=30s', ...args]),
    };
  }
  throw new MusterError('not-reachable', 'neither oc nor kubectl is there, and by them the cluster is read: install one of them');
}

/** What a program says last is what it gave up for; before that stand its tries. */
const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** All kinds in one question; where the cluster does not know one of them, one by one. */
async function readKinds(
  client: Client,
  namespace: string,
  kinds: ReadonlySet<string>,
): Promise<{ resources: readonly Resource[]; absent: readonly string[] }> {
  const where = namespace === '' ? [] : ['-n', namespace];
  const together = await client.get([[...kinds].join(','), ...where, '-o', 'json']);
  if (together.code === 0) return { resources: itemsOf(together.stdout), absent: [] };
  if (!doesNotKnow(together)) throw unreadable(client, namespace, together);
  const resources: Resource[] = [];
  const absent: string[] = [];
  for (const kind of kinds) {
    const alone = await client.get([kind, ...where, '-o', 'json']);
    if (alone.code === 0) resources.push(...itemsOf(alone.stdout));
    else if (doesNotKnow(alone)) absent.push(kind.split('.')[0] ?? kind);
    else throw unreadable(client, namespace, alone);
  }
  return { resources, absent };
}

const doesNotKnow = ({ stderr }: Finished): boolean =>
  /doesn't have a resource type|could not find the requested resource|no matches for kind/.test(stderr);

function unreadable({ context }: Client, namespace: string, { stderr }: Finished): MusterError {
  const where = namespace === '' ? '' : `, namespace ${namespace}`;
  return new MusterError('not-reachable', `the cluster of context ${context}${where} cannot be read: ${lastLine(stderr)}`);
}

function itemsOf(text: string): Resource[] {
  return listAt(JSON.parse(text) as unknown, 'items').filter(
    (item): item is Resource =>
      isRecord(item) && textAt(item, 'kind') !== undefined && textAt(recordAt(item, 'metadata'), 'name') !== undefined,
  ) as Resource[];
}
