import { dirname, relative } from 'node:path';
import type { Resource } from '../../constructs/model/resource.js';
import { withoutPatches } from '../check/check.js';
import { readManifestBytes, type ReadFile } from '../check/files.js';
import { setsOf, type Manifest } from '../check/sets.js';
import { MusterError } from '../../constructs/model/error.js';
import type { Finding } from '../../constructs/model/finding.js';

/** A file of manifests, found in a folder or in a revision. */
export interface FoundFile {
  /** Relative to the working directory, in a revision too. */
  readonly path: string;
  /** As messages call it: with its revision, if it has one. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What one side holds, and what of it could not be read as objects. */
export interface ReadSide {
  /** The folder that was named, to which environments are relative. */
  readonly root: string;
  readonly manifests: readonly Manifest[];
  readonly findings: readonly Finding[];
}

/**
 * Reads files of both sides: most are the same on both, and are parsed once.
 */
export function manifestReader(): (files: readonly FoundFile[], root: string) => ReadSide {
  const parsed = new Map<string, ReadFile>();
  const readOne = ({ name, bytes }: FoundFile): ReadFile => {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const before = parsed.get(content);
    if (before !== undefined) return named(before, name);
    const read = withoutSyntax(readManifestBytes(bytes, name));
    parsed.set(content, read);
    return read;
  };
  return (files, root) => {
    const read = withoutPatches(files.map((file) => ({ path: file.path, ...readOne(file) })));
    return {
      root,
      manifests: read.map(({ path, file, declared }) => ({ path, file, resources: declared.map(({ resource }) => resource) })),
      findings: read.flatMap(({ findings }) => findings),
    };
  };
}

/** Without the syntax tree that a line is found in: thousands of them are what takes the time, and lines of files are told by `muster check`. */
function withoutSyntax(read: ReadFile): ReadFile {
  return { ...read, declared: read.declared.map(({ resource }) => ({ resource, line: () => undefined })) };
}

/** The same content under another name. */
function named(read: ReadFile, file: string): ReadFile {
  return {
    ...read,
    file,
    declared: read.declared.map((one) => ({ ...one, resource: { ...one.resource, file } })),
    findings: read.findings.map((finding) => ({ ...finding, file, resource: { ...finding.resource, name: file } })),
  };
}

/** @throws MusterError `bad-input` for what is no YAML, no text or no object: what it holds cannot be reviewed */
export function refuseUnreadable({ findings }: ReadSide): void {
  const unreadable = findings.filter(({ rule }) => ['file-unreadable', 'yaml-invalid', 'object-without-name'].includes(rule));
  const [first, ...others] = unreadable;
  if (first === undefined) return;
  const line = first.line === undefined ? '' : `, line ${String(first.line)},`;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more like it)`;
  throw new MusterError('bad-input', `${first.file ?? ''}${line} ${first.message}${more}`);
}

/** Both states of every environment. Folders that either side takes for environments are environments on both. */
export function pairSets(base: ReadSide, head: ReadSide): { name: string; base: Resource[]; head: Resource[] }[] {
  const folders = [...new Set([base, head].flatMap(environmentsOf))].sort((a, b) => b.length - a.length);
  const sets = new Map<string, { name: string; base: Resource[]; head: Resource[] }>();
  for (const [which, { root, manifests }] of [['base', base] as const, ['head', head] as const]) {
    for (const { path, resources } of manifests) {
      const below = relative(root, path);
      const name = folders.find((folder) => below === folder || below.startsWith(`${folder}/`)) ?? '';
      const set = sets.get(name) ?? { name, base: [], head: [] };
      sets.set(name, set);
      set[which].push(...resources);
    }
  }
  return [...sets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The folders (or, for alternatives, the files) that are judged apart; none where all belong together. */
function environmentsOf({ root, manifests }: ReadSide): string[] {
  const source = { path: root, isFolder: true, files: manifests.map(({ path }) => path) };
  const { sets } = setsOf([source], new Map(manifests.map((manifest) => [manifest.path, manifest])));
  if (sets.length < 2) return [];
  const paths = sets.map((set) => set.map(({ path }) => relative(root, path)));
  return paths.map((own) => folderOf(own, paths)).filter((name) => name !== '');
}

/** The folder that all files of a set are in; alternatives are beside each other, and each goes by its file. */
function folderOf(own: readonly string[], all: readonly (readonly string[])[]): string {
  const [first = '', ...others] = own;
  let folder = dirname(first);
  while (folder !== '.' && !others.every((path) => path.startsWith(`${folder}/`))) folder = dirname(folder);
  const isShared = all.some((paths) => paths !== own && paths.some((path) => dirname(path) === folder));
  if (isShared && others.length === 0) return first;
  return folder === '.' ? '' : folder;
}
