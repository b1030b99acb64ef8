import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { Logger } from './logging.js';
import { headerText, type Headers } from './record.js';

/** W3C trace context, by the names it has in HTTP and in the headers of a record. */
export type TraceHeaders = Readonly<Partial<Record<'traceparent' | 'tracestate', string>>>;

/** Some work that a trace shows. */
export interface TracedWork {
  /** For whatever this work causes: they name it as the parent. */
  readonly headers: TraceHeaders;
  set(attributes: Attributes): void;
  /** Once. With an error the work is shown as failed. */
  end(error?: Error): void;
}

export type WorkKind = 'server' | 'producer' | 'consumer';

export interface Tracing {
  begin(name: string, kind: WorkKind, parent: TraceHeaders, attributes: Attributes): TracedWork;
  /** Sends what is not sent yet; resolves also when nobody takes it. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** TRACES_ENDPOINT. */
  readonly endpoint: string;
  /** The service as a trace shows it; the same for all its replicas. */
  readonly service: string;
  /** The replica: its client id. */
  readonly instance: string;
  readonly logger: Logger;
}

/** Ms after which a collector counts as away; a worker that stops waits no longer for it either. */
const exportTimeoutMs = 2_000;

/** The trace that headers name; empty when they name none, or none that can be read. */
export function traceOf(headers: Headers | undefined): TraceHeaders {
  const traceparent = headerText(headers, 'traceparent');
  if (traceparent === undefined || contextOf(traceparent) === undefined) return {};
  const tracestate = headerText(headers, 'tracestate');
  return tracestate === undefined || tracestate.length > 512 ? { traceparent } : { traceparent, tracestate };
}

/** Where no trace is sent, the one that came in is handed on as it is. */
export const carriedOn: Tracing = {
  begin: (_name, _kind, parent) => ({ headers: parent, set: () => undefined, end: () => undefined }),
  close: () => Promise.resolve(),
};

/** Sends traces to the endpoint. OpenTelemetry is loaded here and nowhere else: a worker without an endpoint pays nothing for it. */
export async function openTracing({ endpoint, service, instance, logger }: TracingOptions): Promise<Tracing> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const said = (...message: readonly unknown[]): void => {
    logger.warn({ reason: message.map(String).join(' ').slice(0, 500) }, 'traces are not sent: the records are, and nothing waits for it');
  };
  const silent = (): void => undefined;
  api.diag.setLogger({ error: said, warn: said, info: silent, debug: silent, verbose: silent }, api.DiagLogLevel.WARN);
  // 2 048 spans wait at most, then new ones are dropped: a collector that is away costs memory once and nothing else.
  const provider = new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance }),
    spanProcessors: [
      new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint, timeoutMillis: exportTimeoutMs }), { scheduledDelayMillis: 1_000 }),
    ],
  });
  const tracer = provider.getTracer('kafka-muster');
  const kinds = { server: api.SpanKind.SERVER, producer: api.SpanKind.PRODUCER, consumer: api.SpanKind.CONSUMER };
  const outside = (parent: TraceHeaders) => {
    const context = parent.traceparent === undefined ? undefined : contextOf(parent.traceparent);
    if (context === undefined) return api.ROOT_CONTEXT;
    const state = parent.tracestate === undefined ? {} : { traceState: api.createTraceState(parent.tracestate) };
    return api.trace.setSpanContext(api.ROOT_CONTEXT, { ...context, ...state });
  };
  return {
    begin(name, kind, parent, attributes) {
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, outside(parent));
      const { traceId, spanId, traceFlags, traceState } = span.spanContext();
      const tracestate = traceState?.serialize();
      return {
        headers: {
          traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
          ...(tracestate !== undefined && tracestate !== '' && { tracestate }),
        },
        set: (more) => {
          span.setAttributes(more);
        },
        end(error) {
          if (error !== undefined) {
            span.recordException(error);
            span.setStatus({ code: api.SpanStatusCode.ERROR, message: error.message });
          }
          span.end();
        },
      };
    },
    close: () => provider.shutdown().catch(said),
  };
}

function contextOf(traceparent: string): SpanContext | undefined {
  const [, traceId, spanId, flags] = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
}
