// Bundles the command line, the synthesis app and the workers into build/ with esbuild (code splitting keeps `muster --help` light).
// npm runs this as `prepare`: without --strict a missing bundler (an install of production parts only) is no error.
const strict = process.argv.includes('--strict');
const entryPoints = {
  'scripts/cli': 'scripts/cli.ts',
  'scripts/watchdog': 'scripts/watchdog.ts',
  'scripts/bare-client': 'scripts/bench/bare-client.ts',
  'scripts/cdk8s-validation': 'scripts/cdk8s-validation.ts',
  'apps/main': 'apps/main.ts',
  'workers/producer': 'workers/producer.ts',
  'workers/consumer': 'workers/consumer.ts',
};

try {
  const { rm } = await import('node:fs/promises');
  const esbuild = await import('esbuild');
  const root = new URL('..', import.meta.url).pathname;
  await rm(new URL('../build', import.meta.url), { recursive: true, force: true });
  await esbuild.build({
    absWorkingDir: root,
    entryPoints,
    outdir: 'build',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // cdk8s loads its own files at run time and lz4-napi is native: both stay in node_modules.
    external: ['cdk8s', 'cdk8s-plus-28', 'constructs', 'lz4-napi'],
    // CommonJS packages in an ESM bundle still call require().
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    sourcemap: 'linked',
    logLevel: 'warning',
  });
} catch (error) {
  if (strict || error.code !== 'ERR_MODULE_NOT_FOUND') {
    console.error(error.message);
    process.exit(1);
  }
}
