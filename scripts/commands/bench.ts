import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import { measureConsume, measureProduce, type Arena, type ClientName, type Contestant, type Measured } from '../bench/contestants.js';
import { javaLatency } from '../bench/java-latency.js';
import { measureLatency } from '../bench/latency.js';
import type { BenchLoad } from '../bench/load.js';
import { measureOrders, type OrderResult } from '../bench/orders.js';
import { median } from '../bench/percentile.js';
import { benchTable, orderTable, type BenchResult } from '../bench/table.js';
import type { Context } from '../context.js';
import { onOwnCluster } from '../kafka/own-cluster.js';
import { whole } from '../option-values.js';

export interface BenchArgs {
  what?: string[];
  client: readonly string[];
  brokers: number;
  records: number;
  'record-bytes': number;
  'batch-bytes': number;
  linger: number;
  compression: string;
  partitions: number;
  rounds: number;
  rate: number;
  seconds: number;
  json: boolean;
}

const kinds = ['throughput', 'latency', 'orders'] as const;

/** `muster bench`: the workers beside bare clients and Kafka's own tools, on the same brokers, in turns. */
export async function bench(context: Context, args: BenchArgs): Promise<number> {
  const { terminal, host } = context;
  whole('--brokers', args.brokers, 1, 5);
  whole('--records', args.records, 1_000, 100_000_000);
  whole('--record-bytes', args['record-bytes'], 1, 1_000_000);
  whole('--batch-bytes', args['batch-bytes'], 1, 1_048_576);
  whole('--linger', args.linger, 0, 60_000);
  whole('--partitions', args.partitions, 1, 100);
  whole('--rounds', args.rounds, 1, 100);
  whole('--rate', args.rate, 1, 100_000);
  whole('--seconds', args.seconds, 1, 3_600);
  const what = args.what === undefined || args.what.length === 0 ? [...kinds] : args.what;
  const clients = args.client as ClientName[];
  if (clients.includes('librdkafka') && !existsSync(join(host.packageDir, 'node_modules/@confluentinc/kafka-javascript/build/Release')))
    throw new MusterError('bad-input', 'the client librdkafka is not built here: run "npm run build:librdkafka" first, or leave it out');
  const results: BenchResult[] = [];
  let orders: OrderResult[] = [];
  await onOwnCluster(context, { name: 'bench', brokers: args.brokers }, async ({ cluster, distribution, run }) => {
    const arena: Arena = { host, run, distribution, admin: cluster.admin, abort: context.abort };
    const topicFor = async (name: string, partitions = args.partitions): Promise<BenchLoad> => {
      const replicas = Math.min(3, args.brokers);
      await cluster.admin.createTopics([
        { name, partitions, replicas, config: { 'min.insync.replicas': String(Math.max(1, replicas - 1)) } },
      ]);
      return {
        bootstrap: cluster.bootstrap,
        topic: name,
        partitions,
        records: args.records,
        recordBytes: args['record-bytes'],
        batchBytes: args['batch-bytes'],
        lingerMs: args.linger,
        compression: args.compression as BenchLoad['compression'],
      };
    };
    if (what.includes('throughput')) results.push(...(await throughput(context, arena, topicFor, clients, args)));
    if (what.includes('latency')) results.push(...(await latencies(context, arena, topicFor, clients, args)));
    if (what.includes('orders')) {
      for (const client of clients.slice(0, 1)) {
        terminal.say(`orders on ${client}: 10, 100 and 1 000 a second, ${String(args.seconds)} s each`);
        const { bootstrap, topic } = await topicFor('bench-orders', 6);
        orders = await measureOrders(arena, client, { bootstrap, topic, rates: [10, 100, 1_000], seconds: args.seconds });
      }
    }
  });
  if (args.json) terminal.data(JSON.stringify({ schemaVersion: 1, brokers: args.brokers, results, orders }, undefined, 2));
  else terminal.data([...benchTable(results), '', ...orderTable(orders)].join('\n').trim());
  return 0;
}

type TopicFor = (name: string, partitions?: number) => Promise<BenchLoad>;

/** Every contestant once a round, so that a noisy minute hits them all; figures are the medians of the rounds. */
async function throughput(
  context: Context,
  arena: Arena,
  topicFor: TopicFor,
  clients: readonly ClientName[],
  args: BenchArgs,
): Promise<BenchResult[]> {
  const contestants: Contestant[] = ['java', ...clients.flatMap((client): Contestant[] => [`bare ${client}`, client])];
  const produced = new Map<Contestant, Measured[]>(contestants.map((who) => [who, []]));
  const consumed = new Map<Contestant, Measured[]>(contestants.map((who) => [who, []]));
  for (let round = 1; round <= args.rounds; round += 1) {
    let load: BenchLoad | undefined;
    for (const who of contestants) {
      context.terminal.say(`round ${String(round)} of ${String(args.rounds)}: ${who} writes`);
      const written = await topicFor(`bench-${String(round)}-${who.replace(' ', '-')}`);
      produced.get(who)?.push(await measureProduce(arena, who, written));
      // All of them read the same records: those of Kafka's own tool, which is the first to write.
      if (load === undefined) load = written;
      else await arena.admin.deleteTopics([written.topic]);
    }
    if (load === undefined) break;
    for (const who of contestants) {
      context.terminal.say(`round ${String(round)} of ${String(args.rounds)}: ${who} reads`);
      consumed.get(who)?.push(await measureConsume(arena, who, load, `${load.topic}-${who.replace(' ', '-')}`));
    }
    await arena.admin.deleteTopics([load.topic]);
  }
  return [...compare('produce', contestants, produced, args.records), ...compare('consume', contestants, consumed, args.records)];
}

function compare(
  role: 'produce' | 'consume',
  contestants: readonly Contestant[],
  measured: ReadonlyMap<Contestant, readonly Measured[]>,
  records: number,
): BenchResult[] {
  const ratesOf = (who: Contestant): number[] => (measured.get(who) ?? []).map((m) => m.recordsPerSecond);
  return contestants.flatMap((who) => {
    const of = measured.get(who) ?? [];
    const cpu = of.flatMap(({ cpuSeconds }) => (cpuSeconds === null ? [] : [cpuSeconds]));
    const rss = of.flatMap(({ maxRssBytes }) => (maxRssBytes === null ? [] : [maxRssBytes]));
    const line = (peer: Contestant | null): BenchResult => {
      const ratios = peer === null ? [] : ratesOf(who).map((rate, round) => rate / (ratesOf(peer)[round] ?? NaN));
      return {
        client: who,
        role,
        recordsPerSecond: median(ratesOf(who)),
        p50Ms: null,
        p99Ms: null,
        ratioToPeer: peer === null ? null : median(ratios),
        peer,
        ratios,
        cpuSecondsPerMillion: cpu.length === 0 ? null : (median(cpu) / records) * 1e6,
        maxRssBytes: rss.length === 0 ? null : Math.max(...rss),
      };
    };
    if (who === 'java') return [line(null)];
    return who.startsWith('bare ') ? [line('java')] : [line('java'), line(`bare ${who as ClientName}`)];
  });
}

async function latencies(
  context: Context,
  arena: Arena,
  topicFor: TopicFor,
  clients: readonly ClientName[],
  args: BenchArgs,
): Promise<BenchResult[]> {
  const none = { recordsPerSecond: args.rate, ratios: [], cpuSecondsPerMillion: null, maxRssBytes: null };
  context.terminal.say(`latency at ${String(args.rate)} records/s, ${String(args.seconds)} s each: java`);
  const java = await javaLatency(arena, await topicFor('bench-latency-java'), args.rate, args.seconds);
  const results: BenchResult[] = [{ ...none, client: 'java', role: 'acknowledge', ...java, ratioToPeer: null, peer: null }];
  for (const client of clients) {
    context.terminal.say(`latency at ${String(args.rate)} records/s, ${String(args.seconds)} s each: ${client}`);
    const { acknowledged, processed } = await measureLatency(
      arena,
      client,
      await topicFor(`bench-latency-${client}`),
      args.rate,
      args.seconds,
    );
    results.push(
      { ...none, client, role: 'acknowledge', ...acknowledged, ratioToPeer: java.p50Ms / acknowledged.p50Ms, peer: 'java' },
      { ...none, client, role: 'end to end', ...processed, ratioToPeer: null, peer: null },
    );
  }
  return results;
}
