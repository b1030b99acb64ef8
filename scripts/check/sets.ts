import { dirname, join, relative } from 'node:path';
import type { Finding } from '../../constructs/model/finding.js';
import type { Resource } from '../../constructs/model/resource.js';
import { isStdin, type Source } from './files.js';
import { fileFinding } from './text.js';

/** A file with the objects it declares. */
export interface Manifest {
  readonly path: string;
  readonly file: string;
  readonly resources: readonly Resource[];
}

export interface Sets {
  readonly sets: readonly (readonly Manifest[])[];
  /** What was taken for environments or alternatives, and why. */
  readonly findings: readonly Finding[];
}

/**
 * The manifests that are meant to stand in one cluster together; rules compare the objects of a set, never of two.
 * - A folder of the command line is a set; so are the files named, together, and standard input.
 * - Where two folders inside one of these declare the same object (dist/k3s and dist/production), they are environments: a set each.
 * - Where files beside each other declare the same Kafka (examples to choose from), they are alternatives: a set each, and a warning.
 */
export function setsOf(sources: readonly Source[], manifests: ReadonlyMap<string, Manifest>): Sets {
  const of = (files: readonly string[]): Manifest[] => files.flatMap((file) => manifests.get(file) ?? []);
  const named = sources.filter(({ isFolder, path }) => !isFolder && !isStdin(path)).flatMap(({ files }) => files);
  const together = [
    ...sources.filter(({ isFolder }) => isFolder).map(({ path, files }) => environments(of(files), path)),
    environments(of(named), '.'),
    ...sources.filter(({ path }) => isStdin(path)).map(({ files }): Sets => ({ sets: [of(files)], findings: [] })),
  ];
  const apart = joined(together);
  const single = joined(apart.sets.filter((set) => set.length > 0).map(alternatives));
  return { sets: single.sets, findings: [...apart.findings, ...single.findings] };
}

const joined = (parts: readonly Sets[]): Sets => ({
  sets: parts.flatMap(({ sets }) => sets),
  findings: parts.flatMap(({ findings }) => findings),
});

/** The manifests as one set, or, where folders below declare the same objects, a set for each of these folders. */
function environments(manifests: readonly Manifest[], folder: string): Sets {
  const groups = new Map<string, Manifest[]>();
  for (const manifest of manifests) {
    const [first = '', ...below] = relative(folder, manifest.path).split(/[\\/]/);
    const name = below.length === 0 ? '' : first;
    groups.set(name, [...(groups.get(name) ?? []), manifest]);
  }
  const own = groups.get('') ?? [];
  const below = [...groups].filter(([name]) => name !== '');
  const found = twice(manifests, ({ path }) => dirname(path));
  if (below.length === 0 || found === undefined) return { sets: [manifests], findings: [] };
  const { sets, findings } = joined(below.map(([name, group]) => environments(group, join(folder, name))));
  // With a single folder it is inside that one that they part.
  if (below.length === 1 && own.length === 0) return { sets, findings };
  const { resource, before, manifest } = found;
  const message =
    `${before.file} and ${manifest.file} both declare ${resource.kind} ${resource.metadata.name}: the folders in ${folder} were taken for ` +
    `environments and judged apart (${below.map(([name]) => name).join(', ')}); if they belong together, remove one`;
  return { sets: [own, ...sets], findings: [fileFinding('folders-apart', 'info', folder, message), ...findings] };
}

function alternatives(manifests: readonly Manifest[]): Sets {
  const found = twice(manifests, ({ path }) => path, isChoice);
  if (found === undefined) return { sets: [manifests], findings: [] };
  const { resource, before, manifest } = found;
  const message =
    `declares ${resource.kind} ${resource.metadata.name}, as ${before.file} does: these files were taken for alternatives, and each of the ` +
    `${String(manifests.length)} beside each other was judged alone; if they belong together, remove one (the one applied last would win)`;
  return {
    sets: manifests.map((one) => [one]),
    findings: [fileFinding('files-alternative', 'warning', manifest.file, message)],
  };
}

/** Nobody declares a whole Kafka twice by mistake, but a topic or a pool, or what is Kubernetes' own. */
const isChoice = ({ apiVersion, kind }: Resource): boolean =>
  /^[^/]*\.[^/]*\//.test(apiVersion) &&
  !/^[^/]*\.k8s\.io\//.test(apiVersion) &&
  !['KafkaTopic', 'KafkaUser', 'KafkaConnector', 'KafkaNodePool'].includes(kind);

const identity = ({ apiVersion, kind, metadata }: Resource): string =>
  `${apiVersion.split('/')[0] ?? ''} ${kind} ${metadata.namespace ?? ''} ${metadata.name}`;

/** The first object that is declared in two different places. */
function twice(
  manifests: readonly Manifest[],
  place: (manifest: Manifest) => string,
  counts: (resource: Resource) => boolean = () => true,
): { resource: Resource; before: Manifest; manifest: Manifest } | undefined {
  const seen = new Map<string, Manifest>();
  for (const manifest of manifests) {
    for (const resource of manifest.resources.filter(counts)) {
      const before = seen.get(identity(resource));
      if (before !== undefined && place(before) !== place(manifest)) return { resource, before, manifest };
      seen.set(identity(resource), manifest);
    }
  }
  return undefined;
}
