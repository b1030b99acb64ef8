import { resourcesOf, type ComputeResources } from './compute.js';

/** The Kafka exporter beside a cluster: lag of groups and offsets of topics, for Prometheus. */
export interface KafkaExporter {
  readonly resources: ComputeResources;
  /** Topics to tell of, as a regular expression. @default all */
  readonly topics?: string;
  /** Groups to tell of, as a regular expression. @default all */
  readonly groups?: string;
  /** Partitions without a group too. @default false */
  readonly showAllOffsets?: boolean;
}

/** The `kafkaExporter` of a Kafka. */
export function exporterSpec({ resources, topics, groups, showAllOffsets }: KafkaExporter): object {
  return {
    topicRegex: topics ?? '.*',
    groupRegex: groups ?? '.*',
    showAllOffsets: showAllOffsets ?? false,
    resources: resourcesOf(resources),
  };
}
