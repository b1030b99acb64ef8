import type { Evidence } from '../../workers/ledger.js';

/** What one pod did, by its own evidence. */
export interface PodTally {
  readonly pod: string;
  readonly component: string;
  acked: number;
  failed: number;
  processed: number;
  dead: number;
  /** Partitions it owns, of all topics together. */
  owned: number;
  /** Ms since the epoch of the first and the last record it acknowledged or processed. */
  first: number | undefined;
  last: number | undefined;
}

export interface Tally {
  add(pod: string, component: string, evidence: Evidence): void;
  /** In the order in which the pods first said something. */
  pods(): readonly PodTally[];
}

export function createTally(): Tally {
  const pods = new Map<string, PodTally>();
  return {
    add(pod, component, evidence) {
      let tally = pods.get(pod);
      if (tally === undefined) {
        tally = { pod, component, acked: 0, failed: 0, processed: 0, dead: 0, owned: 0, first: undefined, last: undefined };
        pods.set(pod, tally);
      }
      switch (evidence.evidence) {
        case 'acked':
        case 'processed':
          tally[evidence.evidence] += 1;
          tally.first ??= evidence.t;
          tally.last = evidence.t;
          break;
        case 'failed':
        case 'dead':
          tally[evidence.evidence] += 1;
          break;
        case 'assigned':
          tally.owned = evidence.partitions.reduce((sum, { partitions }) => sum + partitions.length, 0);
          break;
        case 'revoked':
        case 'lost':
          tally.owned = 0;
          break;
        case 'sent':
        case 'committed':
        case 'stopped':
          break;
      }
    },
    pods: () => [...pods.values()],
  };
}

/** Records a second between the first and the last; undefined of fewer than two. */
export function rateOf({ acked, processed, first, last }: PodTally): number | undefined {
  const records = Math.max(acked, processed);
  return first === undefined || last === undefined || last <= first || records < 2 ? undefined : ((records - 1) / (last - first)) * 1000;
}
