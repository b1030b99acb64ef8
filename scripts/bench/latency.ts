import { setTimeout as sleep } from 'node:timers/promises';
import { parseEvidence } from '../../workers/ledger.js';
import { endWorker, linesOf, startProgram, type Arena, type ClientName, workerEnv } from './contestants.js';
import type { BenchLoad } from './load.js';
import { percentile } from './percentile.js';

export interface Latency {
  /** From the producer's send to the broker's answer, and to the end of the work in the consumer; ms. */
  readonly acknowledged: { readonly p50Ms: number; readonly p99Ms: number };
  readonly processed: { readonly p50Ms: number; readonly p99Ms: number };
  readonly records: number;
}

/** Records of the first seconds warm up, and are not counted. */
const warmUpMs = 3_000;

/** Worker to worker at a steady rate, by the workers' own evidence; the clock is that of one machine, to the millisecond. */
export async function measureLatency(arena: Arena, client: ClientName, load: BenchLoad, rate: number, seconds: number): Promise<Latency> {
  const consumer = startProgram(arena, `consumer on ${client}`, process.execPath, ['build/workers/consumer.js'], {
    ...workerEnv(client, load, 'latency-consumer'),
    KAFKA_GROUP_ID: `${load.topic}-${client}`,
    CONSUMER_WORK_MS: '0',
    CONSUMER_OFFSET_RESET: 'earliest',
    EVIDENCE: 'stdout',
  });
  try {
    while (!linesOf(consumer).some((line) => line.includes('"assigned"'))) {
      arena.abort.throwIfAborted();
      await sleep(50);
    }
    const producer = startProgram(arena, `producer on ${client}`, process.execPath, ['build/workers/producer.js'], {
      ...workerEnv(client, load, 'latency-producer'),
      PRODUCER_RATE: String(rate),
      PRODUCER_RECORDS: String(Math.round(rate * (seconds + warmUpMs / 1000))),
      PRODUCER_RECORD_BYTES: String(load.recordBytes),
      PRODUCER_KEYS: 'key-{001..100}',
      EVIDENCE: 'stdout',
    });
    try {
      await Promise.race([producer.process.ended, sleep((seconds + 30) * 1000)]);
      await sleep(1_000);
      arena.abort.throwIfAborted();
      return latencyOf([...linesOf(producer), ...linesOf(consumer)]);
    } finally {
      await endWorker(producer);
    }
  } finally {
    await endWorker(consumer);
  }
}

function latencyOf(lines: readonly string[]): Latency {
  const sent = new Map<string, number>();
  const acknowledged: number[] = [];
  const processed: number[] = [];
  let first = Infinity;
  for (const line of lines) {
    const evidence = parseEvidence(line);
    if (evidence?.evidence === 'sent') {
      first = Math.min(first, evidence.t);
      sent.set(`${evidence.key}/${String(evidence.seq)}`, evidence.t);
    }
  }
  for (const line of lines) {
    const evidence = parseEvidence(line);
    if (evidence?.evidence !== 'acked' && evidence?.evidence !== 'processed') continue;
    const from = sent.get(`${evidence.key}/${String(evidence.seq)}`);
    if (from === undefined || from < first + warmUpMs) continue;
    (evidence.evidence === 'acked' ? acknowledged : processed).push(evidence.t - from);
  }
  const figures = (values: readonly number[]): { p50Ms: number; p99Ms: number } => ({
    p50Ms: percentile(values, 0.5),
    p99Ms: percentile(values, 0.99),
  });
  return { acknowledged: figures(acknowledged), processed: figures(processed), records: processed.length };
}
