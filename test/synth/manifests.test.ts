import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { environmentNames, synthesise } from '../../apps/synth.js';
import { checkResources } from '../../constructs/model/check.js';
import { expandKeys, partitionFor } from '../../constructs/model/keys.js';
import type { Resource } from '../../constructs/model/resource.js';
import { workerContracts } from '../../constructs/worker-environment.js';
import { findWorker } from '../../scripts/drill/roles.js';
import { consumerContract, producerContract } from '../../workers/contract.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The files of every environment by `ENV/FILE`, synthesised once. */
const files: ReadonlyMap<string, string> = (() => {
  const out = mkdtempSync(join(tmpdir(), 'muster-synth-'));
  try {
    synthesise({ out });
    return read(out);
  } finally {
    rmSync(out, { recursive: true });
  }
})();

function read(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function manifest(path: string): any {
  const text = files.get(path);
  if (text === undefined) throw new Error(`no ${path}; there are ${[...files.keys()].join(', ')}`);
  return parse(text);
}

/** What the lab is made of, in every environment. */
const lab = [
  '00-namespace-kafka.yaml',
  '20-kafkanodepool-broker.yaml',
  '20-kafkanodepool-controller.yaml',
  '30-kafka-bhf-kafka.yaml',
  '40-kafkatopic-orders.created.yaml',
  '50-networkpolicy-consumer-basic.yaml',
  '50-networkpolicy-producer-keyed.yaml',
  '50-poddisruptionbudget-consumer-basic.yaml',
  '50-poddisruptionbudget-producer-keyed.yaml',
  '50-serviceaccount-consumer-basic.yaml',
  '50-serviceaccount-producer-keyed.yaml',
  '60-deployment-consumer-basic.yaml',
  '60-deployment-producer-keyed.yaml',
];

describe.each(environmentNames)('%s', (environment) => {
  const mine = [...files].filter(([path]) => path.startsWith(`${environment}/`));

  // The committed folder is the snapshot of the whole environment: a change of the declaration shows in review as a change of manifests.
  it('is what dist holds; after a change of the declaration run "muster synth"', () => {
    expect(Object.fromEntries(read(join(root, 'dist', environment)))).toEqual(
      Object.fromEntries(mine.map(([path, text]) => [path.slice(environment.length + 1), text])),
    );
  });

  it('is one resource a file, named by order, kind and name', () => {
    for (const [path, text] of mine) {
      const { kind, metadata } = parse(text) as { kind: string; metadata: { name: string } };
      expect(path).toMatch(new RegExp(`^${environment}/\\d0-${kind.toLowerCase()}-${metadata.name}\\.yaml$`));
    }
    expect(mine.map(([path]) => path.slice(environment.length + 1))).toEqual(expect.arrayContaining(lab));
  });

  it('puts everything into one namespace', () => {
    for (const [path, text] of mine) {
      const { kind, metadata } = parse(text) as { kind: string; metadata: { namespace?: string } };
      expect(`${path} ${metadata.namespace ?? 'none'}`).toBe(`${path} ${kind === 'Namespace' ? 'none' : 'kafka'}`);
    }
  });

  it('starts each worker with the variables of its contract, and no others', () => {
    for (const [name, contract] of [
      ['consumer-basic', consumerContract],
      ['producer-keyed', producerContract],
    ] as const) {
      const { env } = manifest(`${environment}/60-deployment-${name}.yaml`).spec.template.spec.containers[0] as { env: { name: string }[] };
      // Where there is no user, there is nothing to say about one.
      const optional = Object.entries(contract).flatMap(([variable, setting]) =>
        'default' in setting && setting.default === '' ? [variable] : [],
      );
      const named = env.map((variable) => variable.name);
      expect(named).toEqual(Object.keys(contract).filter((variable) => !optional.includes(variable) || named.includes(variable)));
      expect(named.some((variable) => optional.includes(variable))).toBe(environment === 'production');
    }
  });

  it('runs Kafka 4.3.1, with its metadata version pinned', () =>
    expect(manifest(`${environment}/30-kafka-bhf-kafka.yaml`).spec.kafka).toMatchObject({ version: '4.3.1', metadataVersion: '4.3-IV0' }));

  it('runs the image of this very version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(manifest(`${environment}/60-deployment-consumer-basic.yaml`).spec.template.spec.containers[0].image).toMatch(
      new RegExp(`muster-workers:${version.replaceAll('.', '\\.')}$`),
    );
  });

  it("has OpenShift's kinds where it is OpenShift, and there alone", () => {
    const kinds = mine.map(([, text]) => parse(text) as Resource).filter(({ apiVersion }) => /openshift\.io|coreos\.com/.test(apiVersion));
    expect(kinds.map(({ kind }) => kind)).toEqual(
      environment === 'k3s'
        ? []
        : [
            ...['OperatorGroup', 'Subscription', 'BuildConfig', 'ImageStream', 'Route'],
            // The reservations' API is not on one small machine.
            ...(environment === 'production' ? ['Route'] : []),
          ],
    );
  });

  it('has the two workers that a drill takes where nobody names others', () => {
    const resources = mine.map(([path, text]) => ({ ...(parse(text) as Resource), file: path }));
    expect(findWorker(resources, 'producer').deployment).toBe('producer-keyed');
    expect(findWorker(resources, 'consumer').deployment).toBe('consumer-basic');
    expect(findWorker(resources, 'consumer', 'airnav').deployment).toBe('airnav');
  });

  it('says of every worker to which system it belongs, and a system is applied by that', () => {
    for (const [path, text] of mine) {
      const { kind, metadata } = parse(text) as Resource;
      if (/^(Deployment|StatefulSet|Job|KafkaTopic|KafkaUser)$/.test(kind))
        expect({ path, partOf: metadata.labels?.['app.kubernetes.io/part-of'] }).toEqual({ path, partOf: expect.any(String) as unknown });
    }
  });
});

describe('lab 1.1 on k3s', () => {
  it('has pods bhf-kafka-broker-0..2 and bhf-kafka-controller-3..5', () => {
    expect(manifest('k3s/20-kafkanodepool-broker.yaml').metadata.annotations['strimzi.io/next-node-ids']).toBe('[0-2]');
    expect(manifest('k3s/20-kafkanodepool-controller.yaml').metadata.annotations['strimzi.io/next-node-ids']).toBe('[3-5]');
  });

  it("has the lab's broker figures", () => {
    expect(manifest('k3s/20-kafkanodepool-broker.yaml').spec).toEqual({
      replicas: 3,
      roles: ['broker'],
      storage: { type: 'ephemeral' },
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1', memory: '2Gi' } },
    });
    expect(manifest('k3s/30-kafka-bhf-kafka.yaml').spec.entityOperator.topicOperator.resources).toEqual({
      requests: { cpu: '200m', memory: '256Mi' },
      limits: { cpu: '500m', memory: '512Mi' },
    });
  });

  it("has the lab's topic", () =>
    expect(manifest('k3s/40-kafkatopic-orders.created.yaml').spec).toEqual({
      partitions: 6,
      replicas: 3,
      config: {
        'retention.ms': 604800000,
        'segment.bytes': 1073741824,
        'compression.type': 'lz4',
        'min.insync.replicas': 2,
        'cleanup.policy': 'delete',
        'max.message.bytes': 1048576,
      },
    }));

  it('has a quota that holds all of it, eight consumers included', () => {
    const quota = manifest('k3s/10-resourcequota-kafka.yaml');
    const others = [...files]
      .filter(([path]) => path.startsWith('k3s/') && !path.includes('/10-'))
      .map(([, text]) => parse(text) as Resource);
    expect(
      checkResources([quota as Resource, ...others], { contracts: workerContracts }).filter(({ rule }) => rule.startsWith('quota')),
    ).toEqual([]);
    // What it says that is declared is what the rules count: one less does not do.
    const [, memory = '', cpu = ''] =
      /may use (\d+)Mi and (\d+)m CPU/.exec(String(quota.metadata.annotations['muster.dev/why-hard'])) ?? [];
    const limitsOf = (less: number) => ({ 'limits.memory': `${Number(memory) - less}Mi`, 'limits.cpu': `${Number(cpu) - less}m` });
    const exceeded = (less: number): number =>
      checkResources([{ ...quota, spec: { hard: limitsOf(less) } } as Resource, ...others], { contracts: workerContracts }).filter(
        ({ rule }) => rule === 'quota-exceeded',
      ).length;
    expect([exceeded(0), exceeded(1)]).toEqual([0, 2]);
  });

  it('has keys on every partition', () => {
    const env = manifest('k3s/60-deployment-producer-keyed.yaml').spec.template.spec.containers[0].env as { name: string; value: string }[];
    const keys = expandKeys(env.find(({ name }) => name === 'PRODUCER_KEYS')?.value ?? '');
    expect(keys.length).toBeGreaterThanOrEqual(60);
    expect(new Set(keys.map((key) => partitionFor(key, 6))).size).toBe(6);
  });

  it('writes evidence, which production does not', () => {
    const evidence = (environment: string): string | undefined =>
      (
        manifest(`${environment}/60-deployment-consumer-basic.yaml`).spec.template.spec.containers[0].env as {
          name: string;
          value: string;
        }[]
      ).find(({ name }) => name === 'EVIDENCE')?.value;
    expect(environmentNames.map((name) => [name, evidence(name)])).toEqual([
      ['crc', 'stdout'],
      ['k3s', 'stdout'],
      ['production', 'off'],
    ]);
  });
});

describe('OpenShift Local', () => {
  it('has ids of their own for its two nodes', () => {
    expect(manifest('crc/20-kafkanodepool-broker.yaml').metadata.annotations['strimzi.io/next-node-ids']).toBe('[0]');
    expect(manifest('crc/20-kafkanodepool-controller.yaml').metadata.annotations['strimzi.io/next-node-ids']).toBe('[1]');
  });

  it('reduces replication, and says why', () => {
    const topic = manifest('crc/40-kafkatopic-orders.created.yaml');
    expect(topic.spec).toMatchObject({ partitions: 6, replicas: 1, config: { 'min.insync.replicas': 1 } });
    expect(topic.metadata.annotations['muster.dev/why-replicas']).toContain('1 instead of 3');
    expect(manifest('crc/30-kafka-bhf-kafka.yaml').spec.kafka.config).toMatchObject({
      'default.replication.factor': 1,
      'offsets.topic.replication.factor': 1,
    });
  });
});

describe('production', () => {
  it('keeps its data in volumes of the size that all loads need together', () => {
    const [gib, day] = [2 ** 30, 86_400];
    const kept =
      200 * 512 * 7 * day + // the lab
      2 * 50 * 512 * day + // flights
      (5 * 10 + 30) * 512 * 7 * day + // machine line, order chain, e-mails
      3 * (100 / 3600) * 2048 * 30 * day + // dead letters of flights, chain and API
      (10_000 / 3600) * 1024 * 7 * day + // order API
      (1_000 + 10 + 1_000) * 500 * 7 * day +
      2048 * 30 * day; // reservations
    const partitions = 6 + (2 * 3 + 1) + (1 + 1 + 3 * 3 + 3 + 1) + (6 + 1) + (24 + 3 + 24 + 1);
    const { size, deleteClaim } = manifest('production/20-kafkanodepool-broker.yaml').spec.storage.volumes[0] as {
      size: string;
      deleteClaim: boolean;
    };
    expect(size).toBe(`${Math.ceil((kept / 0.7 + partitions * gib) / gib)}Gi`);
    expect(deleteClaim).toBe(false);
  });

  it('spreads brokers over zones, and tells them theirs', () => {
    expect(manifest('production/30-kafka-bhf-kafka.yaml').spec.kafka.rack).toEqual({ topologyKey: 'topology.kubernetes.io/zone' });
    expect(manifest('production/20-kafkanodepool-broker.yaml').spec.template.pod.topologySpreadConstraints).toHaveLength(1);
  });

  it('takes one release of the operator, and no next one without a person', () =>
    expect(manifest('production/10-subscription-strimzi-kafka-operator.yaml').spec).toEqual({
      name: 'strimzi-kafka-operator',
      source: 'community-operators',
      sourceNamespace: 'openshift-marketplace',
      channel: 'strimzi-1.2.x',
      startingCSV: 'strimzi-cluster-operator.v1.2.0',
      installPlanApproval: 'Manual',
    }));

  it('rebalances when brokers come or go, by a template that is there', () => {
    const { autoRebalance } = manifest('production/30-kafka-bhf-kafka.yaml').spec.cruiseControl as {
      autoRebalance: { template: { name: string } }[];
    };
    for (const { template } of autoRebalance)
      expect(manifest(`production/70-kafkarebalance-${template.name}.yaml`).metadata.annotations['strimzi.io/rebalance-template']).toBe(
        'true',
      );
  });

  it('has one way in, with TLS and a user, and workers that take it', () => {
    expect(manifest('production/30-kafka-bhf-kafka.yaml').spec.kafka).toMatchObject({
      listeners: [{ name: 'tls', port: 9093, type: 'internal', tls: true, authentication: { type: 'scram-sha-512' } }],
      authorization: { type: 'simple' },
    });
    for (const name of ['consumer-basic', 'producer-keyed']) {
      const { volumes, containers } = manifest(`production/60-deployment-${name}.yaml`).spec.template.spec;
      expect(volumes).toContainEqual({ name: 'user', secret: { secretName: name } });
      expect(containers[0].env).toContainEqual({ name: 'KAFKA_SECURITY_PROTOCOL', value: 'SASL_SSL' });
      expect(containers[0].env).toContainEqual({ name: 'KAFKA_BOOTSTRAP_SERVERS', value: 'bhf-kafka-kafka-bootstrap:9093' });
      expect(manifest(`production/50-networkpolicy-${name}.yaml`).spec.egress[0].ports).toEqual([{ port: 9093, protocol: 'TCP' }]);
    }
  });
});
