// Copies packages that a bundle leaves outside, and what they need in their turn, beside it: a folder that runs without `npm ci`.
import { cpSync, existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * @param {readonly string[]} names of the packages; one whose addon is not built is left out
 * @param {string} root whose node_modules has them
 * @param {string} target whose node_modules gets them
 */
export function copyPackages(names, root, target) {
  const wanted = [...names];
  const copied = new Set();
  // What npm nested, because versions differ, goes with the package it is nested in.
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const from = join(root, 'node_modules', name);
    if (copied.has(name) || !existsSync(from) || !isBuilt(from)) continue;
    copied.add(name);
    cpSync(from, join(target, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => isNeeded(relative(from, path), path),
    });
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
    // Those of a package with an addon of its own are for its building, but the one that finds it.
    wanted.push(...(existsSync(join(from, 'binding.gyp')) ? ['bindings'] : Object.keys({ ...dependencies, ...optionalDependencies })));
  }
}

function isBuilt(folder) {
  if (!existsSync(join(folder, 'binding.gyp'))) return true;
  const release = join(folder, 'build', 'Release');
  return existsSync(release) && readdirSync(release).some((name) => name.endsWith('.node'));
}

/** Programs, their licence and what is built; the sources and by-products of an addon are many times that. */
function isNeeded(path, file) {
  const [first, second, ...rest] = path.split(sep);
  if (lstatSync(file).isDirectory()) {
    if (['deps', 'src', 'scripts', 'node_modules'].includes(first)) return false;
    return first !== 'build' || second === undefined || (['Release', 'deps'].includes(second) && rest.length === 0);
  }
  return /\.([cm]?js|json|node|so(\.\d+)*)$|^LICEN[CS]E/.test(path);
}
