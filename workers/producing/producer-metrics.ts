import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Names of Kafka's producer metrics, as Prometheus spells them; the client id is a label of the registry. */
export interface ProducerMetrics {
  readonly sent: Counter<'topic'>;
  readonly bytes: Counter<'topic'>;
  readonly errors: Counter<'topic'>;
  readonly retries: Counter<'topic'>;
  readonly exhausted: Counter<'topic'>;
  readonly latency: Histogram<'topic'>;
  /** Records given up, by where they are kept: `retry-topic`, `dead-letter-topic`, `failure-log`, `nowhere`. */
  readonly kept: Counter<'topic' | 'in'>;
  /** Adds a buffer to those whose free bytes are shown. */
  watchBuffer(available: () => number): void;
}

const known = new WeakMap<Registry, ProducerMetrics>();

/** One set a registry, however many publishers write to it. */
export function producerMetrics(registry: Registry): ProducerMetrics {
  const made = known.get(registry) ?? create(registry);
  known.set(registry, made);
  return made;
}

function create(registry: Registry): ProducerMetrics {
  const metric = { registers: [registry], labelNames: ['topic'] as const };
  const buffers: (() => number)[] = [];
  new Gauge({
    name: 'kafka_producer_buffer_available_bytes',
    help: 'bytes of the buffer not in use',
    registers: [registry],
    collect() {
      if (buffers.length > 0) this.set(buffers.reduce((sum, available) => sum + available(), 0));
    },
  });
  return {
    sent: new Counter({ ...metric, name: 'kafka_producer_record_send_total', help: 'records acknowledged' }),
    bytes: new Counter({ ...metric, name: 'kafka_producer_byte_total', help: 'bytes of the records acknowledged, not compressed' }),
    errors: new Counter({ ...metric, name: 'kafka_producer_record_error_total', help: 'records given up' }),
    retries: new Counter({ ...metric, name: 'kafka_producer_record_retry_total', help: 'records sent again' }),
    exhausted: new Counter({
      ...metric,
      name: 'kafka_producer_buffer_exhausted_total',
      help: 'records that became due, or were refused, while the buffer was full',
    }),
    latency: new Histogram({
      ...metric,
      name: 'kafka_producer_request_latency_seconds',
      help: 'from the first attempt of a batch to its acknowledgement',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    }),
    kept: new Counter({
      name: 'kafka_producer_record_kept_total',
      help: 'records given up, by where they are kept',
      registers: [registry],
      labelNames: ['topic', 'in'],
    }),
    watchBuffer: (available) => void buffers.push(available),
  };
}
