import { readFileSync, readdirSync, statSync, type Stats } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import { fileFinding, readText, type ReadText } from './text.js';

/** Where manifests come from: one path of the command line. */
export interface Source {
  readonly path: string;
  readonly isFolder: boolean;
  readonly files: readonly string[];
}

/** The name that standard input goes by in findings. */
const stdinName = '(stdin)';

export const isStdin = (path: string): boolean => path === '-' || path === '/dev/stdin';

/**
 * The files of each path: a file whatever its name, of a folder the YAML and JSON below it, in a stable order; `-` is standard input.
 * A file that several paths lead to belongs to the first folder of them.
 * @throws MusterError `bad-input` for a path that is not there, and a folder without any such file
 */
export function sourcesOf(paths: readonly string[], cwd: string): Source[] {
  const sources = [...new Set(paths)].map((path) => sourceOf(path, cwd));
  const seen = new Set<string>();
  const first = (path: string): boolean => isStdin(path) || (!seen.has(resolve(cwd, path)) && seen.add(resolve(cwd, path)).size > 0);
  return [...sources.filter(({ isFolder }) => isFolder), ...sources.filter(({ isFolder }) => !isFolder)].map((source) => ({
    ...source,
    files: source.files.filter(first),
  }));
}

function sourceOf(path: string, cwd: string): Source {
  if (isStdin(path)) return { path, isFolder: false, files: [path] };
  const found = stat(resolve(cwd, path));
  if (found === undefined) {
    throw new MusterError(
      'bad-input',
      `there is no ${path}; name files or folders of manifests, or - for standard input ("muster synth" writes dist)`,
    );
  }
  if (!found.isDirectory()) return { path, isFolder: false, files: [path] };
  const files = filesBelow(path, cwd);
  if (files.length === 0) {
    throw new MusterError(
      'bad-input',
      `${path} holds no manifests (files that end in .yaml, .yml or .json); run "muster synth" first, or name the folder of your manifests`,
    );
  }
  return { path, isFolder: true, files };
}

const stat = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

function filesBelow(folder: string, cwd: string): string[] {
  const entries = readdirSync(resolve(cwd, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (isLeftOut(entry.name)) return [];
    // A link may lead round in a circle: to files only.
    if (entry.isDirectory()) return filesBelow(path, cwd);
    return isManifestName(entry.name) && stat(resolve(cwd, path))?.isFile() === true ? [path] : [];
  });
}

/** Files and folders below a folder that nobody means. */
export const isLeftOut = (name: string): boolean => name.startsWith('.') || name === 'node_modules';
export const isManifestName = (name: string): boolean => /\.(ya?ml|json)$/.test(name);

/** What one file holds. */
export interface ReadFile extends ReadText {
  /** As messages name it: relative to the working directory. */
  readonly file: string;
}

/** More than anybody writes or generates; a wrong file is what it would be. */
const mostBytes = 200e6;

/** Reads a file; what cannot be read is a finding, not the end. */
export function readManifestFile(path: string, cwd: string): ReadFile {
  const file = isStdin(path) ? stdinName : relative(cwd, resolve(cwd, path));
  const refuse = (message: string): ReadFile => ({
    file,
    declared: [],
    findings: [fileFinding('file-unreadable', 'error', file, message)],
  });
  let bytes: Buffer;
  try {
    const size = isStdin(path) ? 0 : statSync(resolve(cwd, path)).size;
    if (size > mostBytes) return refuse(`has ${String(Math.round(size / 1e6))} MB: that is no manifest; give the manifests only`);
    bytes = readFileSync(isStdin(path) ? 0 : resolve(cwd, path));
  } catch (error) {
    return refuse(`cannot be read: ${(error as Error).message}`);
  }
  return readManifestBytes(bytes, file);
}

/** What a file's bytes hold, wherever they were read; `file` is its name in messages. */
export function readManifestBytes(bytes: Uint8Array, file: string): ReadFile {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = '\0';
  }
  if (text.includes('\0')) {
    const message = 'is no UTF-8 text: save it as UTF-8, or leave it out';
    return { file, declared: [], findings: [fileFinding('file-unreadable', 'error', file, message)] };
  }
  return { file, ...readText(text, file) };
}
