import { endWorker, linesOf, startProgram, type Arena } from './contestants.js';
import type { BenchLoad } from './load.js';

/** Acknowledgement latency of Kafka's own producer at a steady rate, as its tool prints it; ms. */
export async function javaLatency(arena: Arena, load: BenchLoad, rate: number, seconds: number): Promise<{ p50Ms: number; p99Ms: number }> {
  const tool = startProgram(arena, 'kafka-producer-perf-test', arena.distribution.java, [
    ...arena.distribution.toolArgs,
    'org.apache.kafka.tools.ProducerPerformance',
    ...['--topic', load.topic],
    ...['--num-records', String(rate * seconds)],
    ...['--warmup-records', String(rate)],
    ...['--record-size', String(load.recordBytes)],
    ...['--throughput', String(rate)],
    '--command-property',
    `bootstrap.servers=${load.bootstrap}`,
    'acks=all',
    'linger.ms=5',
  ]);
  await tool.process.ended;
  arena.abort.throwIfAborted();
  const text = linesOf(tool).join('\n');
  await endWorker(tool);
  const last = (share: string): number => Number([...text.matchAll(new RegExp(`(\\d+) ms ${share}`, 'g'))].at(-1)?.[1] ?? NaN);
  return { p50Ms: last('50th'), p99Ms: last('99th') };
}
