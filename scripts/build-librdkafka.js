// Builds the native part of @confluentinc/kafka-javascript, which `npm ci` installs without it: from the source that lies in the package, so
// nothing but its compiler and two libraries are needed. Does nothing where it is built and loads.
//   node scripts/build-librdkafka.js [--check]     --check: builds nothing, ends with 1 when it does not load
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const folder = join(root, 'node_modules/@confluentinc/kafka-javascript');

/** Why it does not load, in one line; undefined when it does. In a process of its own: what failed to load once is not tried again in one. */
function problem() {
  const { status, stderr } = spawnSync(process.execPath, ['-e', "require('@confluentinc/kafka-javascript')"], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return stderr.split('\n').find((line) => line.includes('Error')) ?? 'it does not load';
}

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** What Debian's packages are missing, and what each is for. */
function missing() {
  const compiles = (header) =>
    spawnSync('c++', ['-fsyntax-only', '-include', header, '-x', 'c++', '/dev/null'], { stdio: 'ignore' }).status === 0;
  const needs = [];
  if (!works('c++', '--version') || !works('make', '--version')) needs.push('build-essential');
  if (!works('python3', '--version')) needs.push('python3');
  if (needs.length > 0) return needs;
  if (!compiles('openssl/ssl.h')) needs.push('libssl-dev');
  if (!compiles('zstd.h')) needs.push('libzstd-dev');
  if (!compiles('zlib.h')) needs.push('zlib1g-dev');
  return needs;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (!existsSync(folder))
  fail('@confluentinc/kafka-javascript is not installed: run "npm ci" first (it is an optional dependency, so not with --omit=optional).');
const before = problem();
if (before === undefined) {
  console.log('@confluentinc/kafka-javascript is built and loads: nothing to do.');
  process.exit(0);
}
if (process.argv.includes('--check')) fail(`@confluentinc/kafka-javascript is not built: ${before}; run "npm run build:librdkafka".`);
const needs = missing();
if (needs.length > 0)
  fail(
    `To build librdkafka this machine lacks ${needs.join(', ')}: apt-get install ${needs.join(' ')} (or the like of your system), then run this again.`,
  );

console.log('Building librdkafka: about two minutes on an idle machine of two cores, and 300 MB until it is done.');
// librdkafka's makefile takes a JOBS of the environment for its own. Linked dynamically: OpenSSL and zstd are the system's, with its updates.
const environment = { ...process.env, CKJS_LINKING: 'dynamic' };
delete environment.JOBS;
try {
  // Straight from the source: its own install step would first ask for a ready binary of somebody else's making.
  execFileSync('npm', ['--prefix', folder, 'run', 'install', '--', '--build-from-source'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 2 ** 28,
  });
} catch (error) {
  fail(
    `librdkafka could not be built:\n${String(error.stderr ?? error.message)
      .split('\n')
      .slice(-30)
      .join('\n')}`,
  );
}
const after = problem();
if (after !== undefined) fail(`librdkafka was built and does not load: ${after}`);
// What was needed on the way: 250 of 300 MB.
for (const part of ['build/Release/obj.target', 'build/Release/.deps']) rmSync(join(folder, part), { recursive: true, force: true });
for (const [part, needless] of [
  ['build/deps', /\.a$/],
  ['deps/librdkafka/src', /\.(o|d|a|so|so\.1)$/],
  ['deps/librdkafka/src-cpp', /\.(o|d|a|so|so\.1)$/],
])
  for (const name of readdirSync(join(folder, part)).filter((file) => needless.test(file))) rmSync(join(folder, part, name));
console.log('@confluentinc/kafka-javascript is built and loads.');
