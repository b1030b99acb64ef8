// Bundles the command line, the synthesis app and the workers into build/ with esbuild (code splitting keeps `muster --help` light).
// npm runs this as `prepare`: without --strict a missing bundler (an install of production parts only) is no error.
const strict = process.argv.includes('--strict');
// --image DIR makes what the image of the workers holds: their bundles alone, and beside them the packages that stay outside of a bundle.
const image = process.argv.includes('--image') ? process.argv[process.argv.indexOf('--image') + 1] : undefined;
const everything = {
  'scripts/cli': 'scripts/cli.ts',
  'scripts/watchdog': 'scripts/watchdog.ts',
  'scripts/bare-client': 'scripts/bench/bare-client.ts',
  'scripts/cdk8s-validation': 'scripts/cdk8s-validation.ts',
  'apps/main': 'apps/main.ts',
  'workers/producer': 'workers/producer.ts',
  'workers/consumer': 'workers/consumer.ts',
  'workers/api': 'workers/api.ts',
};

try {
  const { rm } = await import('node:fs/promises');
  const { join, resolve } = await import('node:path');
  const esbuild = await import('esbuild');
  const root = new URL('..', import.meta.url).pathname;
  const outdir = join(image === undefined ? root : resolve(image), 'build');
  const entryPoints = Object.entries(everything).filter(([name]) => image === undefined || name.startsWith('workers/'));
  await rm(outdir, { recursive: true, force: true });
  const native = ['lz4-napi', '@confluentinc/kafka-javascript'];
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(entryPoints),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // cdk8s and esbuild load their own files at run time, lz4-napi and librdkafka are native: they stay in node_modules.
    external: ['cdk8s', 'cdk8s-plus-28', 'constructs', 'esbuild', ...native],
    // CommonJS packages in an ESM bundle still call require().
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    sourcemap: image === undefined ? 'linked' : false,
    logLevel: 'warning',
  });
  if (image !== undefined) {
    const { readFile, writeFile } = await import('node:fs/promises');
    (await import('./external-packages.js')).copyPackages(native, root, resolve(image));
    const { name, version, license, type } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    await writeFile(join(image, 'package.json'), `${JSON.stringify({ name, version, license, type, private: true }, undefined, 2)}\n`);
  }
} catch (error) {
  if (strict || error.code !== 'ERR_MODULE_NOT_FOUND') {
    console.error(error.message);
    process.exit(1);
  }
}
