import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import type { Resource } from '../../constructs/model/resource.js';
import { sourcesOf } from '../check/files.js';
import type { Context } from '../context.js';
import { manifestReader, pairSets, refuseUnreadable, type FoundFile, type ReadSide } from './found.js';
import { readRevision } from './revision.js';
import type { SetPair } from './review.js';

/** Both sides of a review, as they were found. */
export interface Loaded {
  readonly pairs: readonly SetPair[];
  /** What was compared, for a person: `main (1a2b3c4d5)`, `dist`. */
  readonly base: string;
  readonly head: string;
  /** What a person should know besides, in sentences. */
  readonly notes: readonly string[];
}

interface Found {
  readonly label: string;
  readonly root: string;
  readonly files: readonly FoundFile[];
}

/**
 * Reads two folders, files or git revisions; what exists here is a folder or file, anything else a revision. `REVISION:FOLDER` takes another
 * folder than `dir`.
 * @throws MusterError `bad-input` for what is none of these, and for a file in head that cannot be read
 */
export async function loadSides(base: string, head: string, dir: string, context: Context): Promise<Loaded> {
  const [one, other] = [await find(base, dir, context), await find(head, dir, context)];
  const notes: string[] = [];
  if (other.files.length === 0) throw noManifests(other);
  if (one.files.length === 0) notes.push(`${one.label} has no manifests in ${one.root}: everything is new`);
  const read = manifestReader();
  const sides = [read(one.files, one.root), read(other.files, other.root)] as const;
  for (const side of sides) {
    refuseUnreadable(side);
    notes.push(...leftOut(side));
  }
  return { pairs: pairSets(...sides), base: one.label, head: other.label, notes };
}

/** Every environment of head alone. */
export async function loadHead(
  head: string,
  dir: string,
  context: Context,
): Promise<{
  readonly sets: readonly { readonly name: string; readonly resources: readonly Resource[] }[];
  readonly label: string;
  readonly notes: readonly string[];
}> {
  const found = await find(head, dir, context);
  if (found.files.length === 0) throw noManifests(found);
  const side = manifestReader()(found.files, found.root);
  refuseUnreadable(side);
  const sets = pairSets({ ...side, manifests: [] }, side).map(({ name, head: resources }) => ({ name, resources }));
  return { sets, label: found.label, notes: leftOut(side) };
}

function noManifests({ label, root }: Found): MusterError {
  return new MusterError('bad-input', `${label} has no manifests in ${root}: name their folder with --dir, or the revision that has them`);
}

async function find(text: string, dir: string, { host, abort }: Context): Promise<Found> {
  if (existsSync(resolve(host.cwd, text))) return { label: text, ...filesIn(text, host.cwd) };
  const [revision = '', folder = dir] = text.includes(':') ? [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)] : [text];
  const root = relative(host.cwd, resolve(host.cwd, folder)) || '.';
  const { commit, files } = await readRevision(revision, root, host, abort);
  return { label: `${revision} (${commit})`, root, files };
}

/** The manifests of a folder that is here, or one file. */
function filesIn(path: string, cwd: string): Omit<Found, 'label'> {
  const root = relative(cwd, resolve(cwd, path)) || '.';
  const files = sourcesOf([root], cwd).flatMap((source) => source.files);
  return { root, files: files.map((file) => ({ path: file, name: file, bytes: readFileSync(resolve(cwd, file)) })) };
}

/** Files of which nothing could be reviewed, and that may well be none of our business: said once. */
function leftOut({ findings }: ReadSide): string[] {
  const names = [...new Set(findings.filter(({ rule }) => rule === 'helm-template').map(({ file }) => file ?? ''))];
  const [first = ''] = names;
  if (names.length === 0) return [];
  const which = names.length === 1 ? `${first} is a template` : `${first} and ${String(names.length - 1)} more are templates`;
  return [`${which} ({{ … }}) and left out: review what they render to (helm template …)`];
}
