import { Counter, Gauge, type Registry } from 'prom-client';

/** The consumer's metrics, under the names of Java's client. */
export interface ConsumerMetrics {
  consumed(partition: number, records: number, lag: number): void;
  assigned(partitions: readonly number[]): void;
  rebalance(): void;
  commit(): void;
  heartbeat(): void;
  fetch(): void;
}

export function createConsumerMetrics(registry: Registry, topic: string): ConsumerMetrics {
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
  const assigned = new Gauge({ name: 'kafka_consumer_coordinator_assigned_partitions', help: 'partitions of this member', registers });
  const rebalances = counter('kafka_consumer_coordinator_rebalance_total', 'assignments received');
  const commits = counter('kafka_consumer_coordinator_commit_total', 'commits accepted');
  const heartbeats = counter('kafka_consumer_coordinator_heartbeat_total', 'heartbeats answered');
  const fetches = counter('kafka_consumer_fetch_manager_fetch_total', 'fetches answered');
  return {
    consumed(partition, count, behind) {
      const labels = { topic, partition: String(partition) };
      records.inc(labels, count);
      lag.set(labels, behind);
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
