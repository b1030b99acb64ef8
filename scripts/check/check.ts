import { dirname, join } from 'node:path';
import { checkResources } from '../../constructs/model/check.js';
import type { Finding, Severity } from '../../constructs/model/finding.js';

import type { Target } from '../../constructs/model/system.js';
import { apiContract, consumerContract, producerContract } from '../../workers/contract.js';
import { readManifestFile, sourcesOf, type ReadFile } from './files.js';
import { setsOf } from './sets.js';
import { fileFinding, type Declared } from './text.js';

/** The variables of Muster's own workers, which no manifest says. */
export const contracts = { producer: producerContract, consumer: consumerContract, api: apiContract };

export interface Checked {
  /** Worst first, otherwise in the order of files and lines. */
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly resources: number;
  /** Sets of manifests that were judged apart. */
  readonly sets: number;
}

/**
 * Checks manifests, Muster's or anybody's: the files and folders named, or standard input for `-`.
 * @throws MusterError `bad-input` when a path is not there; whatever is in a file becomes a finding
 */
export function checkManifests(
  paths: readonly string[],
  { cwd, target }: { readonly cwd: string; readonly target?: Target | undefined },
): Checked {
  const sources = sourcesOf(paths, cwd);
  const files = withoutPatches(sources.flatMap((source) => source.files).map((path) => ({ path, ...readManifestFile(path, cwd) })));
  const declared = files.flatMap((file) => file.declared);
  const lines = new Map<string, Declared>();
  for (const one of declared) lines.set(keyOf(one.resource, one.resource.file), one);
  const manifests = new Map(
    files.map(({ path, file, declared: own }) => [path, { path, file, resources: own.map(({ resource }) => resource) }]),
  );
  const { sets, findings: choices } = setsOf(sources, manifests);
  const judged = sets.flatMap((set) =>
    checkResources(
      set.flatMap(({ resources }) => resources),
      { contracts, ...(target !== undefined && { target }) },
    ),
  );
  const located = judged.map((finding): Finding => {
    const line = lines.get(keyOf({ kind: finding.resource.kind, metadata: finding.resource }, finding.file))?.line(finding.path);
    return line === undefined ? finding : { ...finding, line };
  });
  const findings = [...onceAFolder(files.flatMap((file) => file.findings)), ...choices, ...foreignKinds(declared), ...located];
  const order = new Map(files.map(({ file }, i) => [file, i]));
  const place = ({ file = '' }: Finding): number => order.get(file) ?? 0;
  findings.sort((a, b) => rank[a.severity] - rank[b.severity] || place(a) - place(b) || (a.line ?? 0) - (b.line ?? 0));
  return { findings, files: files.length, resources: declared.length, sets: sets.length };
}

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** A namespace that is no text is left out of findings. */
const keyOf = ({ kind, metadata: { name, namespace } }: Named, file = ''): string =>
  [file, kind, typeof namespace === 'string' ? namespace : '', name].join('\n');

/** The files, those that a Kustomization among them patches with emptied: they hold parts of objects. */
export function withoutPatches<F extends ReadFile>(files: readonly F[]): F[] {
  const patches = new Set(files.flatMap(({ file, patches: names = [] }) => names.map((name) => join(dirname(file), name))));
  const message = 'is a patch of a Kustomization, a part of an object only, and was not checked';
  return files.map((file) =>
    patches.has(file.file) ? { ...file, declared: [], findings: [fileFinding('kustomize-patch', 'info', file.file, message)] } : file,
  );
}

/** A chart has many templates: one of a folder says it for all of them. */
function onceAFolder(findings: readonly Finding[]): Finding[] {
  const folder = ({ file = '' }: Finding): string => file.slice(0, file.lastIndexOf('/') + 1);
  return findings.filter((finding, i) => {
    if (finding.rule !== 'helm-template') return true;
    return findings.findIndex((other) => other.rule === finding.rule && folder(other) === folder(finding)) === i;
  });
}

/** Kubernetes' own API groups have no dot or end in k8s.io; the others are those whose kinds Muster makes or judges. */
const knownGroups =
  /^([a-z]+|.+\.k8s\.io|.+\.openshift\.io|(kafka|core)\.strimzi\.io|monitoring\.coreos\.com|operators\.coreos\.com|keda\.sh)$/;

/** A note for each kind of which nothing is known, on the first object of it. */
function foreignKinds(declared: readonly Declared[]): Finding[] {
  const seen = new Map<string, { readonly first: Declared; count: number }>();
  for (const one of declared) {
    const { apiVersion, kind } = one.resource;
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : 'core';
    if (knownGroups.test(group)) continue;
    const before = seen.get(`${apiVersion} ${kind}`);
    if (before === undefined) seen.set(`${apiVersion} ${kind}`, { first: one, count: 1 });
    else before.count += 1;
  }
  return [...seen].map(([type, { first, count }]) => {
    const many = count === 1 ? '' : ` (${String(count)} of them)`;
    return fileFinding(
      'kind-unknown',
      'info',
      first.resource.file ?? '',
      `${type}${many}: muster has no schema of it, and looked at its name only`,
      first.line('kind'),
    );
  });
}
