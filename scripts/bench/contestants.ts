import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import type { Host } from '../host.js';
import type { ClusterAdmin } from '../kafka/admin.js';
import type { Distribution } from '../kafka/distribution.js';
import { Tail } from '../local/tail.js';
import { launch, signal, type Running } from '../processes.js';
import type { RunFolder } from '../run-folder.js';
import { rateOf, type BenchLoad, type Sample } from './load.js';
import { watchUsage, type Usage } from './usage.js';

export type ClientName = 'kafkajs' | 'librdkafka';

/** Who is measured: Kafka's own tools, a bare client, or the worker core on a client. */
export type Contestant = 'java' | `bare ${ClientName}` | ClientName;

export interface Measured extends Usage {
  readonly recordsPerSecond: number;
}

export interface Arena {
  readonly host: Host;
  readonly run: RunFolder;
  readonly distribution: Distribution;
  readonly admin: ClusterAdmin;
  readonly abort: AbortSignal;
}

/** Nothing here takes longer, unless it hangs. */
const longestMs = 300_000;
/** Between two looks at how far it is. */
const lookMs = 100;

let count = 0;

/** Starts a program of the bench; what it writes is kept. */
export function startProgram(
  arena: Arena,
  what: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  count += 1;
  const output = join(arena.run.dir, `bench-${String(count)}.log`);
  const process = launch(arena.run.dir, { what, command, args, cwd: arena.host.packageDir, env, output });
  return { what, process, tail: new Tail(output), lines: [], usage: watchUsage(process.ref.pid) };
}

export interface Started {
  readonly what: string;
  readonly process: Running;
  readonly tail: Tail;
  readonly lines: string[];
  readonly usage: { stop(): Usage };
}

/** Everything a program has written so far. */
export function linesOf(started: Started): readonly string[] {
  started.lines.push(...started.tail.read());
  return started.lines;
}

/** Ends a program at once: what it was measured for is over. */
export async function endWorker(started: Started): Promise<Usage> {
  const usage = started.usage.stop();
  signal(started.process.ref, 'SIGKILL');
  await started.process.ended;
  started.tail.close();
  return usage;
}

/** Waits until `done`, looking now and then; ends the process, and says what it said last when it ended badly or did not end. */
async function follow(arena: Arena, started: Started, done: (hasEnded: boolean) => Promise<boolean> | boolean): Promise<Usage> {
  let over: { code: number | null } | undefined;
  void started.process.ended.then((how) => (over = how));
  const deadline = Date.now() + longestMs;
  try {
    for (;;) {
      arena.abort.throwIfAborted();
      const ended = over;
      started.lines.push(...started.tail.read());
      if (await done(ended?.code === 0)) return started.usage.stop();
      if (ended !== undefined && ended.code !== 0) throw failure(started, `ended with code ${String(ended.code)}`);
      if (ended !== undefined) throw failure(started, 'ended before all records were through');
      if (Date.now() > deadline) throw failure(started, `was not through after ${String(longestMs / 1000)} s`);
      await sleep(lookMs);
    }
  } finally {
    await endWorker(started);
  }
}

const failure = ({ what, lines }: Started, how: string): MusterError =>
  new MusterError('not-reachable', `${what} ${how}: ${lines.slice(-3).join(' | ').slice(0, 600) || 'it said nothing'}`);

/** How fast a contestant writes, seen by the ends of the partitions and not by its own word. */
export async function measureProduce(arena: Arena, who: Contestant, load: BenchLoad): Promise<Measured> {
  const samples: Sample[] = [];
  const started = producerOf(arena, who, load);
  const usage = await follow(arena, started, async () => {
    const ends = await arena.admin.offsets(neverCommitted, load.topic);
    samples.push({ t: performance.now(), count: ends.reduce((sum, { end }) => sum + end, 0) });
    return (samples.at(-1)?.count ?? 0) >= load.records;
  });
  return { recordsPerSecond: rateOf(samples, load.records), ...usage };
}

const neverCommitted = 'muster-bench-nobody';

function producerOf(arena: Arena, who: Contestant, load: BenchLoad): Started {
  if (who === 'java') {
    const properties = {
      'bootstrap.servers': load.bootstrap,
      acks: 'all',
      'batch.size': load.batchBytes,
      'linger.ms': load.lingerMs,
      'compression.type': load.compression,
    };
    return startProgram(arena, 'kafka-producer-perf-test', arena.distribution.java, [
      ...arena.distribution.toolArgs,
      'org.apache.kafka.tools.ProducerPerformance',
      ...['--topic', load.topic],
      ...['--num-records', String(load.records)],
      ...['--record-size', String(load.recordBytes)],
      ...['--throughput', '-1'],
      '--producer-props',
      ...Object.entries(properties).map(([name, value]) => `${name}=${String(value)}`),
    ]);
  }
  const bare = bareClient(who);
  if (bare !== undefined) return startBare(arena, bare, 'produce', load, '');
  return startProgram(arena, `producer on ${who}`, process.execPath, ['build/workers/producer.js'], {
    ...workerEnv(who as ClientName, load, 'bench-producer'),
    // The same as everybody writes: bytes, without key and headers.
    PRODUCER_RECORD: 'bytes',
    PRODUCER_KEYED: 'false',
    PRODUCER_RATE: '1000000',
    PRODUCER_RECORDS: String(load.records),
    PRODUCER_RECORD_BYTES: String(load.recordBytes),
    PRODUCER_BATCH_BYTES: String(load.batchBytes),
    PRODUCER_LINGER_MS: String(load.lingerMs),
    PRODUCER_COMPRESSION: load.compression,
  });
}

/** How fast a contestant reads what lies in the topic: Java's tool and a worker say themselves how many they have. */
export async function measureConsume(arena: Arena, who: Contestant, load: BenchLoad, groupId: string): Promise<Measured> {
  if (who === 'java') {
    const started = startProgram(arena, 'kafka-consumer-perf-test', arena.distribution.java, [
      ...arena.distribution.toolArgs,
      'org.apache.kafka.tools.ConsumerPerformance',
      ...['--bootstrap-server', load.bootstrap],
      ...['--topic', load.topic],
      ...['--num-records', String(load.records)],
      ...['--group', groupId],
      ...['--reporting-interval', '100'],
      '--show-detailed-stats',
      '--hide-header',
      ...['--timeout', '60000'],
    ]);
    const samples: Sample[] = [];
    const usage = await follow(arena, started, (hasEnded) => {
      // time, threadId, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, …
      for (const line of started.lines.splice(0)) {
        const fields = line.split(', ');
        const t = Date.parse((fields[0] ?? '').replace(/:(\d{3})$/, '.$1'));
        if (fields.length > 5 && !Number.isNaN(t)) samples.push({ t, count: Number(fields[4]) });
      }
      // What came after the last whole tenth of a second it does not report.
      return hasEnded && samples.length > 1;
    });
    return { recordsPerSecond: rateOf(samples, samples.at(-1)?.count ?? load.records), ...usage };
  }
  const samples: Sample[] = [];
  const bare = bareClient(who);
  if (bare !== undefined) {
    const started = startBare(arena, bare, 'consume', load, groupId);
    const usage = await follow(arena, started, () => {
      for (const line of started.lines.splice(0)) {
        if (line.startsWith('{"t"')) samples.push(JSON.parse(line) as Sample);
        else started.lines.push(line);
      }
      return (samples.at(-1)?.count ?? 0) >= load.records;
    });
    return { recordsPerSecond: rateOf(samples, load.records), ...usage };
  }
  const started = startProgram(arena, `consumer on ${who}`, process.execPath, ['build/workers/consumer.js'], {
    ...workerEnv(who as ClientName, load, 'bench-consumer'),
    KAFKA_GROUP_ID: groupId,
    CONSUMER_WORK_MS: '0',
  });
  const usage = await follow(arena, started, async () => {
    const port = portOf(started.lines);
    if (port === undefined) return false;
    const done = await counterOf(port, 'kafka_consumer_fetch_manager_records_consumed_total');
    samples.push({ t: performance.now(), count: done });
    return done >= load.records;
  });
  return { recordsPerSecond: rateOf(samples, load.records), ...usage };
}

const bareClient = (who: Contestant): ClientName | undefined => (who.startsWith('bare ') ? (who.slice(5) as ClientName) : undefined);

const startBare = (arena: Arena, client: ClientName, role: 'produce' | 'consume', load: BenchLoad, groupId: string): Started =>
  startProgram(arena, `bare ${client}`, process.execPath, [
    'build/scripts/bare-client.js',
    JSON.stringify({ ...load, client, role, groupId }),
  ]);

/** What every worker of a bench is told. */
export const workerEnv = (client: ClientName, load: Pick<BenchLoad, 'bootstrap' | 'topic'>, clientId: string): Record<string, string> => ({
  KAFKA_BOOTSTRAP_SERVERS: load.bootstrap,
  KAFKA_CLIENT_ID: clientId,
  KAFKA_CLIENT: client,
  KAFKA_TOPIC: load.topic,
  HTTP_PORT: '0',
  NODE_ENV: 'production',
});

/** The port a worker serves on, out of its log. */
export function portOf(lines: readonly string[]): number | undefined {
  for (const line of lines) {
    const port = /"port":(\d+)/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  return undefined;
}

/** The sum of a metric's series. */
async function counterOf(port: number, name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/metrics`).catch(() => undefined);
  if (response === undefined) return 0;
  const text = await response.text();
  return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce((sum, [, value]) => sum + Number(value), 0);
}
