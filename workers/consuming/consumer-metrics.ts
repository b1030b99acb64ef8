import { Counter, Gauge, type Registry } from 'prom-client';
import type { TopicPartition } from '../client-port.js';
import type { DeadLetterKind } from './partition.js';

/** The consumer's metrics, under the names of Java's client where it has them. */
export interface ConsumerMetrics {
  /** `lag`: undefined where the client does not say. */
  consumed(place: TopicPartition, records: number, lag: number | undefined): void;
  assigned(partitions: readonly TopicPartition[]): void;
  retry(place: TopicPartition): void;
  deadLetter(topic: string, reason: DeadLetterKind): void;
  rebalance(): void;
  commit(): void;
  heartbeat(): void;
  fetch(): void;
}

export function createConsumerMetrics(registry: Registry): ConsumerMetrics {
  const registers = [registry];
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const records = new Counter({
    name: 'kafka_consumer_fetch_manager_records_consumed_total',
    help: 'records whose handler has finished',
    labelNames: ['topic', 'partition'],
    registers,
  });
  const lag = new Gauge({
    name: 'kafka_consumer_fetch_manager_records_lag',
    help: 'records between the last finished one and the end of the partition, when it was last fetched',
    labelNames: ['topic', 'partition'],
    registers,
  });
  const retries = new Counter({
    name: 'muster_consumer_retries_total',
    help: 'attempts at records that come again',
    labelNames: ['topic'],
    registers,
  });
  const deadLetters = new Counter({
    name: 'muster_dead_letters_total',
    help: 'records that became dead letters, by why: permanent, retries (used up), held (follow an earlier one of their key)',
    labelNames: ['topic', 'reason'],
    registers,
  });
  const assigned = new Gauge({ name: 'kafka_consumer_coordinator_assigned_partitions', help: 'partitions of this member', registers });
  const rebalances = counter('kafka_consumer_coordinator_rebalance_total', 'assignments received');
  const commits = counter('kafka_consumer_coordinator_commit_total', 'commits accepted');
  const heartbeats = counter('kafka_consumer_coordinator_heartbeat_total', 'heartbeats answered');
  const fetches = counter('kafka_consumer_fetch_manager_fetch_total', 'fetches answered');
  return {
    consumed({ topic, partition }, count, behind) {
      const labels = { topic, partition: String(partition) };
      records.inc(labels, count);
      if (behind !== undefined) lag.set(labels, behind);
    },
    retry: ({ topic }) => {
      retries.inc({ topic });
    },
    deadLetter: (topic, reason) => {
      deadLetters.inc({ topic, reason });
    },
    assigned(partitions) {
      // A partition of another member has no lag here.
      lag.reset();
      assigned.set(partitions.length);
    },
    rebalance: () => {
      rebalances.inc();
    },
    commit: () => {
      commits.inc();
    },
    heartbeat: () => {
      heartbeats.inc();
    },
    fetch: () => {
      fetches.inc();
    },
  };
}
