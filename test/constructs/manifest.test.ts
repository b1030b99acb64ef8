import { describe, expect, it } from '@jest/globals';
import { JsonPatch } from 'cdk8s';
import { clusterOf, manifest, stage } from './stage.js';

describe('the way out', () => {
  const { chart } = stage();
  const { cluster, topic } = clusterOf(chart);

  it('sets what a construct does not know, making what is missing on the way', () => {
    cluster.resource.addOverride('spec.kafka.jvmOptions.gcLoggingEnabled', true);
    cluster.resource.addOverride('spec.kafka.listeners.0.port', 9095);
    cluster.resource.addOverride('spec.kafka.config.num\\.network\\.threads', 6);
    expect(manifest(chart, 'Kafka').spec.kafka).toMatchObject({
      jvmOptions: { gcLoggingEnabled: true },
      listeners: [{ port: 9095 }],
      config: { 'num.network.threads': 6, 'min.insync.replicas': 2 },
    });
  });

  it('removes by undefined, and comes after patches', () => {
    topic.resource.addJsonPatch(JsonPatch.replace('/spec/partitions', 7));
    expect(manifest(chart, 'KafkaTopic').spec.partitions).toBe(7);
    topic.resource.addOverride('spec.partitions', 8);
    topic.resource.addOverride('spec.config', undefined);
    expect(manifest(chart, 'KafkaTopic').spec).toEqual({ partitions: 8, replicas: 3 });
  });

  it('says which path leads nowhere', () => {
    const other = stage().chart;
    clusterOf(other).topic.resource.addOverride('spec.partitions.more', 1);
    expect(() => manifest(other, 'KafkaTopic')).toThrow(
      'KafkaTopic sales.order.created: the override of spec.partitions.more goes through spec.partitions, which is 6 and holds no fields',
    );
    expect(() => {
      topic.resource.addOverride('', 1);
    }).toThrow('an override needs a path');
  });
});
