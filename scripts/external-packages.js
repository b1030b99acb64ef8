// Copies the packages that a bundle leaves outside, and what they need in their turn, beside it: a folder that runs without `npm ci`.
import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative, sep } from 'node:path';

/**
 * @param {import('esbuild').Metafile} metafile of the bundle
 * @param {string} root whose node_modules has the packages
 * @param {string} target whose node_modules gets them
 */
export function copyExternalPackages(metafile, root, target) {
  const wanted = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external && !isBuiltin(path))
    .map(({ path }) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'));
  const copied = new Set();
  // What an optional package needs is looked for as Node.js will look for it: beside it; npm nests only where versions differ.
  while (wanted.length > 0) {
    const name = wanted.pop();
    const from = join(root, 'node_modules', name);
    if (copied.has(name) || !existsSync(from) || !isUsable(from)) continue;
    copied.add(name);
    cpSync(from, join(target, 'node_modules', name), { recursive: true, filter: (path) => isNeeded(relative(from, path)) });
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
    wanted.push(...Object.keys({ ...dependencies, ...optionalDependencies }));
  }
}

/** A package with an addon of its own is of no use before the addon is built. */
function isUsable(folder) {
  if (!existsSync(join(folder, 'binding.gyp'))) return true;
  const built = join(folder, 'build', 'Release');
  return existsSync(built) && readdirSync(built).some((name) => name.endsWith('.node'));
}

/** Sources and by-products of an addon are many times its size. */
function isNeeded(path) {
  const [first, second] = path.split(sep);
  if (first === 'deps' || first === 'src' || first === 'examples') return false;
  return first !== 'build' || second === undefined || second === 'Release'
    ? !/(^|\/)obj(\.target)?(\/|$)|\.(a|o|d|map)$/.test(path)
    : false;
}
