import { basename } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import { isLeftOut, isManifestName } from '../check/files.js';
import type { Host } from '../host.js';
import { runForBytes, type Finished } from '../processes.js';
import type { FoundFile } from './found.js';

/** The manifests of a folder in a revision of the repository that holds the working directory. */
export interface Revision {
  /** The commit, shortened. */
  readonly commit: string;
  /** Empty where the revision has no such folder. */
  readonly files: readonly FoundFile[];
}

type Place = Pick<Host, 'cwd' | 'env'>;

/**
 * The manifests below `dir` (relative to the working directory) in a revision; one process lists them and one reads them all.
 * @throws MusterError `bad-input` where there is no such revision or no repository, `not-reachable` where there is no git
 */
export async function readRevision(name: string, dir: string, place: Place, abort?: AbortSignal): Promise<Revision> {
  const git = (args: readonly string[], input?: string): Promise<Ended> => runGit(args, place, abort, input);
  const commit = await commitOf(name, git);
  // Paths count from the working directory, as they do for folders.
  const listed = await git(['ls-tree', '-r', '-z', commit, '--', dir]);
  if (listed.code !== 0) throw failed(`list ${dir} in ${name}`, listed);
  const entries = listed.stdout
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const match = /^(\d+) blob ([0-9a-f]+)\t(.+)$/s.exec(line);
      const [, mode, id = '', path = ''] = match ?? [];
      // A link's content is where it leads to.
      return match === null || mode === '120000' || !isMeant(path, dir) ? [] : [{ id, path }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (entries.length === 0) return { commit: commit.slice(0, 9), files: [] };
  const read = await git(['cat-file', '--batch'], entries.map(({ id }) => `${id}\n`).join(''));
  if (read.code !== 0) throw failed(`read ${dir} in ${name}`, read);
  const contents = contentsOf(read.stdout);
  return {
    commit: commit.slice(0, 9),
    files: entries.flatMap(({ id, path }) => {
      const bytes = contents.get(id);
      return bytes === undefined ? [] : [{ path, name: `${name}:${path}`, bytes }];
    }),
  };
}

function isMeant(path: string, dir: string): boolean {
  const below = path.startsWith(`${dir}/`) ? path.slice(dir.length + 1) : path;
  return isManifestName(basename(path)) && !below.split('/').some((part) => part !== '..' && isLeftOut(part));
}

/** What `cat-file --batch` writes: a line with id, type and size, the content, a line feed; again and again. */
function contentsOf(output: Buffer): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  let offset = 0;
  while (offset < output.length) {
    const end = output.indexOf('\n', offset);
    if (end < 0) break;
    const [id = '', type, size] = output.toString('utf8', offset, end).split(' ');
    const length = type === 'blob' ? Number(size) : -1;
    if (length >= 0) contents.set(id, output.subarray(end + 1, end + 1 + length));
    offset = end + 1 + length + 1;
  }
  return contents;
}

type Ended = Omit<Finished, 'stdout'> & { readonly stdout: Buffer };
type Git = (args: readonly string[]) => Promise<Ended>;

async function commitOf(name: string, git: Git): Promise<string> {
  if (name.startsWith('-')) throw new MusterError('bad-input', `"${name}" is no revision: name a branch, a tag or a commit`);
  const inside = await git(['rev-parse', '--is-shallow-repository']);
  if (inside.code !== 0) {
    // In containers git refuses folders of another user, and says what to do about it.
    if (/dubious ownership/.test(inside.stderr)) throw failed('look into this repository', inside);
    throw new MusterError(
      'bad-input',
      `there is no folder or file ${name}, and here is no git repository, so that it is no revision either; name a folder of manifests, or run this in the repository`,
    );
  }
  const found = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
  const commit = found.stdout.toString('utf8').trim();
  if (found.code === 0 && commit !== '') return commit;
  const isShallow = inside.stdout.toString('utf8').trim() === 'true';
  const why = isShallow
    ? 'this clone is shallow, so older commits and other branches are not in it: "git fetch --unshallow origin" brings them (fetch-depth: 0 of actions/checkout, GIT_DEPTH: 0 of GitLab)'
    : 'if it is a branch or a commit of the remote, "git fetch origin" brings it, and the branch is then called origin/NAME';
  throw new MusterError('bad-input', `${name} is neither a folder or file here nor a revision of this repository; ${why}`);
}

async function runGit(args: readonly string[], { cwd, env }: Place, abort?: AbortSignal, input?: string): Promise<Ended> {
  const ended = await runForBytes('git', args, {
    cwd,
    // In the language that its messages are looked for in; and a missing object of a partial clone is asked for without a prompt.
    env: { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
    ...(input !== undefined && { input }),
    ...(abort !== undefined && { abort }),
  });
  if (abort?.aborted === true) throw abort.reason;
  if (ended.missing)
    throw new MusterError('not-reachable', 'git is not there, and without it revisions cannot be read: install git, or name two folders');
  return ended;
}

function failed(what: string, { stderr }: Ended): MusterError {
  const said = stderr
    .trim()
    .replace(/^fatal: /, '')
    .replace(/\s*\n\s*/g, ' ');
  return new MusterError('bad-input', `git could not ${what}: ${said}`);
}
