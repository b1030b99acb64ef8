import type { Acked, Dead, Evidence, Processed } from '../../workers/ledger.js';
import type { GroupState } from '../kafka/admin.js';
import type { LaneFacts } from './backend.js';
import type { Expectations } from './expectations.js';

type Offsets = readonly { readonly partition: number; readonly end: number; readonly committed: number }[];

/** What is seen of one lane while it runs: enough to know when a step has settled and when all is processed. What it proves is the verdict's. */
export class LaneWatch {
  /** Partitions its topic has by now. */
  partitions: number;
  group: GroupState = { state: 'Unknown', members: [] };
  acked = 0;
  processed = 0;
  /** Ms of our clock. */
  lastProcessedAt = 0;
  /** When a member was last given partitions, by its own clock. */
  assignedAt = 0;
  /** Processes that have had a record acknowledged: a pod whose container is started again keeps its name. */
  readonly producers = new Set<string>();
  /** Acknowledged and not processed; and the reverse, for a consumer may be told of sooner than the acknowledgement. */
  private readonly waiting = new Set<string>();
  private readonly early = new Set<string>();
  /** When the last record of each partition was processed. */
  private readonly processedAt = new Map<number, number>();
  private lastOffsets: Offsets = [];

  constructor(
    readonly facts: LaneFacts,
    /** What its run must show. */
    readonly expect: Expectations = {},
  ) {
    this.partitions = facts.partitions;
  }

  get name(): string | undefined {
    return this.facts.lane;
  }

  /** The workers are strangers: only what the coordinator says is known. */
  get isOfStrangers(): boolean {
    return this.facts.evidenceFrom === 'coordinator';
  }

  /** Acknowledged records that nobody has processed yet; of strangers, the lag. */
  get open(): number {
    return this.isOfStrangers
      ? this.lastOffsets.reduce((lag, { end, committed }) => lag + Math.max(0, end - Math.max(0, committed)), 0)
      : this.waiting.size;
  }

  see(line: Evidence): void {
    if (line.evidence === 'assigned') this.assignedAt = Math.max(this.assignedAt, line.t);
    else if (line.evidence === 'acked') {
      this.producers.add(line.producer);
      this.acked += 1;
      // Without acknowledgements (acks 0) nobody knows the offset.
      if (line.offset < 0) return;
      const id = this.idOf(line);
      if (!this.early.delete(id)) this.waiting.add(id);
    } else if (line.evidence === 'processed' || line.evidence === 'dead') {
      this.processed += 1;
      this.lastProcessedAt = Date.now();
      this.processedAt.set(line.partition, line.t);
      const id = this.idOf(line);
      if (!this.waiting.delete(id)) this.early.add(id);
    }
  }

  /** By its place; by who it is where it comes out of another topic than it was acknowledged in. */
  private idOf({ partition, offset, key, producer, seq }: Acked | Processed | Dead): string {
    return this.facts.source === undefined ? `${String(partition)}/${String(offset)}` : `${String(producer)}/${key}/${String(seq)}`;
  }

  /** Of strangers: what the group has committed tells which partitions move. */
  seeOffsets(offsets: Offsets): void {
    const now = Date.now();
    for (const one of offsets) {
      const before = this.lastOffsets.find(({ partition }) => partition === one.partition);
      if (before !== undefined && one.committed > before.committed) {
        this.processedAt.set(one.partition, now);
        this.lastProcessedAt = now;
        this.processed += one.committed - Math.max(0, before.committed);
      }
      if (before !== undefined) this.acked += Math.max(0, one.end - before.end);
    }
    this.lastOffsets = offsets;
  }

  /** The coordinator gives every partition to exactly one member, and the members are the pods that run. */
  isCovered(members: number, pods: readonly string[]): boolean {
    const owned = this.group.members.flatMap((m) => m.partitions).sort((a, b) => a - b);
    return (
      this.group.state === 'Stable' &&
      this.group.members.length === members &&
      // A stranger's client id need not be the name of its pod.
      (this.isOfStrangers || this.group.members.every((m) => pods.includes(m.clientId))) &&
      owned.length === this.partitions &&
      owned.every((partition, index) => partition === index)
    );
  }

  /** A record of each partition was processed after this time. */
  isMoving(since: number): boolean {
    return this.processedAt.size >= this.partitions && [...this.processedAt.values()].every((t) => t > since);
  }

  /** Who owns what, for a person. */
  assignment(): string {
    return this.group.members
      .map((m) => `${m.clientId}: ${m.partitions.length === 0 ? 'idle' : m.partitions.join(' ')}`)
      .sort()
      .join(' | ');
  }
}
