import { count, grid } from '../drill/table.js';
import type { OrderResult } from './orders.js';

/** One line of a bench's result. */
export interface BenchResult {
  readonly client: string;
  readonly role: 'produce' | 'consume' | 'acknowledge' | 'end to end';
  readonly recordsPerSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Our rate by the peer's; of latencies the peer's by ours: above 1 is better than the peer. */
  readonly ratioToPeer: number | null;
  readonly peer: string | null;
  /** The worst and the best round by the peer's in the same round. */
  readonly ratios: readonly number[];
  readonly cpuSecondsPerMillion: number | null;
  readonly maxRssBytes: number | null;
}

const mib = 1024 * 1024;
const figure = (value: number | null, digits = 1): string => (value === null || Number.isNaN(value) ? '-' : value.toFixed(digits));

/** Throughput and latency, one line a contestant. */
export function benchTable(results: readonly BenchResult[]): string[] {
  if (results.length === 0) return [];
  const rows = results.map((r) => [
    r.role,
    r.client,
    r.recordsPerSecond === null ? '-' : count(r.recordsPerSecond),
    figure(r.p50Ms),
    figure(r.p99Ms),
    r.peer === null ? '' : `${figure(r.ratioToPeer, 2)} of ${r.peer}`,
    r.ratios.length < 2 ? '' : `${Math.min(...r.ratios).toFixed(2)}–${Math.max(...r.ratios).toFixed(2)}`,
    figure(r.cpuSecondsPerMillion),
    r.maxRssBytes === null ? '-' : count(r.maxRssBytes / mib),
  ]);
  return grid([['role', 'client', 'records/s', 'p50 ms', 'p99 ms', 'ratio', 'rounds', 'CPU s/million', 'MiB'], ...rows], 'left');
}

/** The order API against its targets. */
export function orderTable(results: readonly OrderResult[]): string[] {
  if (results.length === 0) return [];
  const rows = results.map((r) => [
    `${String(r.rate)}/s`,
    r.stage,
    String(r.orders),
    figure(r.p50Ms, 0),
    figure(r.p99Ms, 0),
    `< ${String(r.targetMs)}`,
    r.isMet ? 'met' : 'MISSED',
  ]);
  return grid([['orders', 'to', 'seen', 'p50 ms', 'p99 ms', 'target', ''], ...rows], 'left');
}
