import { MusterError } from './model/error.js';

/** How a component of Strimzi's shows its metrics to Prometheus, on port 9404. */
export interface IMetrics {
  /** Whether Cruise Control has it too. */
  readonly forCruiseControl: boolean;
  spec(): object;
}

/** The two ways Strimzi knows. */
export class Metrics implements IMetrics {
  /**
   * Strimzi's own reporter, inside Kafka's process and cheap.
   * @param allowList regular expressions of the metrics to show @default all of Kafka's
   */
  static strimziReporter(allowList: readonly string[] = ['.*']): Metrics {
    const wrong = allowList.find((expression) => !isExpression(expression));
    if (allowList.length === 0 || wrong !== undefined)
      throw new MusterError(
        'bad-input',
        `metrics: ${wrong === undefined ? 'the list is empty' : `"${wrong}" is no regular expression`}; name what to show, or leave the list out`,
      );
    return new Metrics(false, { type: 'strimziMetricsReporter', values: { allowList } });
  }

  /** The JMX exporter's agent, with its rules in a ConfigMap of the same namespace. */
  static jmxExporter(configMap: string, key: string): Metrics {
    return new Metrics(true, { type: 'jmxPrometheusExporter', valueFrom: { configMapKeyRef: { name: configMap, key } } });
  }

  private constructor(
    readonly forCruiseControl: boolean,
    private readonly fields: object,
  ) {}

  spec(): object {
    return this.fields;
  }
}

function isExpression(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}
