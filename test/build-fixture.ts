import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** Bundles one entry point as scripts/build.js does, where lz4-napi is still found and no build removes it. */
async function bundle(entry: string, name: string): Promise<string> {
  const outfile = join(root, 'node_modules', '.cache', 'muster-fixtures', `${name}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['lz4-napi'],
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return outfile;
}

/** The worker as it is in this checkout, whatever was built before. */
export async function buildWorker(name: 'producer' | 'consumer' | 'api'): Promise<string> {
  return bundle(`workers/${name}.ts`, name);
}

/** A worker of test/fixtures, most of them deliberately broken, as a file that plain node runs. */
export async function buildFixture(
  name: 'commit-before-work' | 'acks-before-send' | 'fails-after-work' | 'fails-twice' | 'does-as-told' | 'bare-send' | 'naive-consumer',
): Promise<string> {
  return bundle(`test/fixtures/${name}.ts`, name);
}
