import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import type { Host } from '../host.js';
import { launch, run, signal } from '../processes.js';
import { freePorts } from './ports.js';
import { brokerProperties } from './properties.js';

/**
 * Apache Kafka on this machine: its jars, fetched once by Maven from the committed pom; an archive of loaded classes (AppCDS), which
 * halves the start of a broker; and the bootstrap metadata of a metadata version, which every node's folder is formatted with.
 */
export interface Distribution {
  readonly java: string;
  /** Options and class path every Kafka program is started with. */
  readonly jvmArgs: readonly string[];
  /** The same for Kafka's command-line tools, without the brokers' small heap and quick compiler. */
  readonly toolArgs: readonly string[];
  readonly kafkaVersion: string;
  /** The file a formatted metadata folder begins with. */
  readonly bootstrapCheckpoint: string;
}

/** Kafka 4 brokers run on Java 17 and later. */
const leastJava = 17;
const heap = ['-Xms128m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-XX:+ExitOnOutOfMemoryError'];
const getJava =
  'get a JDK or JRE 17 or newer (Debian: apt-get install openjdk-17-jre-headless; Fedora: dnf install java-21-openjdk-headless; macOS: brew install openjdk) and put it on PATH, or set JAVA_HOME';
const getMaven =
  'get Maven (Debian: apt-get install maven; Fedora: dnf install maven; macOS: brew install maven); it is needed once, to fetch the jars of Kafka';

async function findJava(host: Host): Promise<{ java: string; version: string }> {
  const java = host.javaHome === undefined ? 'java' : join(host.javaHome, 'bin', 'java');
  const { code, stderr, stdout, missing } = await run(java, ['-version'], { env: host.env });
  if (missing) throw new MusterError('not-reachable', `Java is missing (looked for ${java}): ${getJava}`);
  const version = /version "([^"]+)"/.exec(stderr + stdout)?.[1];
  if (code !== 0 || version === undefined)
    throw new MusterError('not-reachable', `${java} does not run: ${(stderr + stdout).trim().split('\n')[0] ?? ''}; ${getJava}`);
  const major = Number(version.split('.')[0]);
  if (major < leastJava)
    throw new MusterError('not-reachable', `Java ${version} is too old for Kafka 4, which needs ${String(leastJava)} or newer: ${getJava}`);
  return { java, version };
}

/** Makes `target` by `make` in a folder beside it and a rename, so that it is whole or not there. */
async function once(target: string, make: (temporary: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  const parent = join(target, '..');
  mkdirSync(parent, { recursive: true });
  const temporary = mkdtempSync(`${target}.`);
  try {
    await make(temporary);
    try {
      renameSync(temporary, target);
    } catch (error) {
      // Another muster was faster; its work is as good as ours.
      if (!existsSync(target)) throw error;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function fetchJars(host: Host, version: string, libs: string, java: string, abort?: AbortSignal): Promise<void> {
  await once(libs, async (temporary) => {
    const pom = join(host.packageDir, 'scripts/kafka/pom.xml');
    const args = ['-B', '-q', '-f', pom, `-Dkafka.version=${version}`, `-DoutputDirectory=${temporary}`, 'dependency:copy-dependencies'];
    const { code, stdout, stderr, missing } = await run('mvn', args, { env: host.env, ...(abort === undefined ? {} : { abort }) });
    if (missing) throw new MusterError('not-reachable', `Maven is missing: ${getMaven}`);
    if (abort?.aborted === true) throw new MusterError('interrupted', 'interrupted while fetching Kafka');
    if (code !== 0) {
      const why = (stdout + stderr).split('\n').find((line) => line.includes('ERROR')) ?? `mvn ended with code ${String(code)}`;
      throw new MusterError(
        'not-reachable',
        `Maven could not fetch Kafka ${version} (java: ${java}): ${why
          .replace(/\u001b\[[0-9;]*m/g, '')
          .replace(/^\[ERROR\]\s*/, '')
          .slice(0, 400)}`,
      );
    }
  });
}

/** The compression libraries unpack themselves into the JVM's temporary folder and a killed JVM removes nothing: the run's folder goes as a whole. */
export function temporaryFiles(dir: string): string[] {
  const temporary = join(dir, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return [`-Djava.io.tmpdir=${temporary}`];
}

/** Runs one broker to its end so that the JVM writes down which classes it loaded. */
async function archiveClasses(distribution: Distribution, archive: string, scratch: string): Promise<void> {
  const [client, controller] = await freePorts(2);
  const data = join(scratch, 'data');
  writeDataDirectory(distribution, data, { nodeId: 0, clusterId: newId() });
  const node = {
    id: 0,
    roles: ['broker', 'controller'] as const,
    clientPort: client ?? 0,
    controllerPort: controller ?? 0,
    logDirs: [data],
  };
  const properties = join(scratch, 'server.properties');
  writeFileSync(properties, brokerProperties(node, [node], {}));
  const output = join(scratch, 'output.log');
  const broker = launch(scratch, {
    what: 'broker that is watched for its classes',
    command: distribution.java,
    args: [`-XX:ArchiveClassesAtExit=${archive}`, ...distribution.jvmArgs, ...temporaryFiles(scratch), 'kafka.Kafka', properties],
    cwd: scratch,
    env: {},
    output,
  });
  let over = false;
  void broker.ended.then(() => (over = true));
  const deadline = Date.now() + 120_000;
  const started = (): boolean => readFileSync(output, 'utf8').includes('Kafka Server started');
  while (!over && !started() && Date.now() < deadline) await sleep(100);
  signal(broker.ref, 'SIGTERM');
  const late = setTimeout(() => signal(broker.ref, 'SIGKILL'), 60_000);
  await broker.ended;
  clearTimeout(late);
}

/** A Kafka uuid: 16 random bytes in base64url; one that starts with a dash would read as an option. */
export function newId(): string {
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
  return id.startsWith('-') ? newId() : id;
}

/** Formats a log directory as the StorageTool does, without its half second of JVM. */
export function writeDataDirectory(
  distribution: Distribution,
  dir: string,
  { nodeId, clusterId }: { nodeId: number; clusterId: string },
): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'meta.properties'), `version=1\ncluster.id=${clusterId}\nnode.id=${String(nodeId)}\ndirectory.id=${newId()}\n`);
  writeFileSync(join(dir, 'bootstrap.checkpoint'), readFileSync(distribution.bootstrapCheckpoint));
}

async function makeCheckpoint(java: string, args: readonly string[], target: string, metadataVersion: string): Promise<void> {
  await once(target, async (temporary) => {
    const node = {
      id: 0,
      roles: ['broker', 'controller'] as const,
      clientPort: 9092,
      controllerPort: 9093,
      logDirs: [join(temporary, 'data')],
    };
    const properties = join(temporary, 'server.properties');
    writeFileSync(properties, brokerProperties(node, [node], {}));
    const release = metadataVersion === '' ? [] : ['--release-version', metadataVersion];
    const { code, stdout, stderr } = await run(java, [
      ...args,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      newId(),
      '-c',
      properties,
      ...release,
    ]);
    if (code !== 0) {
      const why = (stderr + stdout).split('\n').find((line) => line.trim() !== '' && !line.includes('WARN')) ?? '';
      throw new MusterError('bad-input', `Kafka refuses the metadata version "${metadataVersion}": ${why.slice(0, 300)}`);
    }
    renameSync(join(temporary, 'data', 'bootstrap.checkpoint'), join(temporary, 'bootstrap.checkpoint'));
    rmSync(join(temporary, 'data'), { recursive: true });
  });
}

/**
 * Makes Kafka ready to start on this machine; the first time it takes some seconds and the network, after that milliseconds.
 * @param tell told what is being done when it takes long
 * @throws MusterError `not-reachable` when Java or Maven is missing or the jars cannot be fetched
 */
export async function prepareKafka(
  host: Host,
  kafkaVersion: string,
  metadataVersion: string | undefined,
  tell: (text: string) => void,
  abort?: AbortSignal,
): Promise<Distribution> {
  const { java, version } = await findJava(host);
  const pomHash = createHash('sha256')
    .update(readFileSync(join(host.packageDir, 'scripts/kafka/pom.xml')))
    .digest('hex')
    .slice(0, 8);
  const home = join(host.cacheDir, `kafka-${kafkaVersion}-${pomHash}`);
  const libs = join(home, 'libs');
  if (!existsSync(libs)) tell(`fetching Apache Kafka ${kafkaVersion} with Maven (once, about 45 MB)`);
  makeCache(home);
  await fetchJars(host, kafkaVersion, libs, java, abort);
  // The archive only fits the very same class path: name the jars, sorted, instead of leaving the order to a wildcard.
  const classPath = readdirSync(libs)
    .filter((name) => name.endsWith('.jar'))
    .sort()
    .map((name) => join(libs, name))
    .join(':');
  const log4j = join(host.packageDir, 'scripts/kafka/log4j2.yaml');
  const logsAndClasses = [`-Dlog4j2.configurationFile=${log4j}`, '-cp', classPath];
  const base = [...heap, ...logsAndClasses];
  const checkpointDir = join(home, `metadata-${metadataVersion ?? 'default'}`);
  await makeCheckpoint(java, base, checkpointDir, metadataVersion ?? '');
  const distribution = {
    java,
    jvmArgs: base,
    toolArgs: ['-Xmx512m', ...logsAndClasses],
    kafkaVersion,
    bootstrapCheckpoint: join(checkpointDir, 'bootstrap.checkpoint'),
  };
  const archiveDir = join(home, `classes-java-${version.replace(/[^\w.]/g, '_')}`);
  if (!existsSync(archiveDir)) tell('noting the classes a broker loads (once, some seconds; later starts take half the time)');
  await once(archiveDir, async (temporary) => {
    const scratch = join(temporary, 'scratch');
    mkdirSync(scratch);
    await archiveClasses(distribution, join(temporary, 'kafka.jsa'), scratch);
    rmSync(scratch, { recursive: true });
  });
  const archive = join(archiveDir, 'kafka.jsa');
  // A JVM that could not write the archive still runs Kafka, only slower.
  return existsSync(archive) ? { ...distribution, jvmArgs: [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto', ...base] } : distribution;
}

function makeCache(home: string): void {
  try {
    mkdirSync(home, { recursive: true });
    const { bavail, bsize } = statfsSync(home);
    if (bavail * bsize < 200e6 && !existsSync(join(home, 'libs')))
      throw new Error(`only ${String(Math.round((bavail * bsize) / 1e6))} MB are free and Kafka needs about 150 MB`);
  } catch (cause) {
    throw new MusterError(
      'bad-input',
      `cannot keep Kafka in ${home}: ${(cause as Error).message}; free some room there or set XDG_CACHE_HOME to another folder`,
      { cause },
    );
  }
}
