import type { ClusterPlan } from '../../scripts/kafka/plan.js';
import { brokerProperties } from '../../scripts/kafka/properties.js';
import { kubectl } from './pods.js';

/** Where clients find the first broker. */
export const bootstrapOf = (plan: ClusterPlan, namespace: string): string => `${plan.name}-kafka-bootstrap.${namespace}.svc:9092`;

/**
 * What a cluster with the operator would make of the `Kafka` resource, as far as brokers without TLS go that are controllers, too. A container that was
 * killed finds its data again, a pod that was deleted does not.
 */
function kafkaObjects(plan: ClusterPlan, namespace: string, image: string, brokers: number): object[] {
  // The operator's names of their pods.
  const name = `${plan.name}-broker`;
  const headless = `${plan.name}-kafka-brokers`;
  const port = plan.listeners[0]?.port ?? 9092;
  const labels = { 'strimzi.io/cluster': plan.name, 'strimzi.io/broker-role': 'true' };
  const nodes = Array.from({ length: brokers }, (_, id) => ({
    id,
    roles: ['broker', 'controller'] as const,
    clientPort: port,
    controllerPort: 9090,
    logDirs: ['/var/lib/kafka/data'],
  }));
  const addressOf = (id: number): string => `${name}-${String(id)}.${headless}.${namespace}.svc`;
  const propertiesOf = (node: (typeof nodes)[number]): string =>
    brokerProperties(node, nodes, plan.config)
      .replace(/^listeners=.*$/m, `listeners=CLIENT://0.0.0.0:${String(port)},CONTROLLER://0.0.0.0:9090`)
      .replace(/^advertised\.listeners=.*$/m, `advertised.listeners=CLIENT://${addressOf(node.id)}:${String(port)}`)
      .replace(
        /^controller\.quorum\.voters=.*$/m,
        `controller.quorum.voters=${nodes.map(({ id }) => `${String(id)}@${addressOf(id)}:9090`).join(',')}`,
      );
  const script = [
    'set -e',
    'export CLASSPATH="/app/libs/*"',
    'properties=/etc/kafka/${HOSTNAME##*-}.properties',
    'options="-Dlog4j2.configurationFile=/app/log4j2.yaml -Djava.io.tmpdir=/tmp -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"',
    'java $options kafka.tools.StorageTool format --ignore-formatted -t c2VwYXJhdGVkLWNsdXN0ZQ -c $properties',
    'exec java $options -Xmx384m kafka.Kafka $properties',
  ].join('\n');
  const metadata = { name, namespace, labels };
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: Object.fromEntries(nodes.map((node) => [`${String(node.id)}.properties`, propertiesOf(node)])),
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `${plan.name}-kafka-bootstrap`, namespace },
      spec: { selector: labels, ports: [{ port }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: headless, namespace },
      // They look for each other before any of them is ready.
      spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector: labels, ports: [{ port }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      spec: {
        replicas: brokers,
        serviceName: headless,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              {
                name: 'kafka',
                image,
                command: ['bash', '-c', script],
                readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
                resources: { requests: { cpu: '200m', memory: '512Mi' }, limits: { memory: '1Gi' } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
                volumeMounts: [
                  { name: 'data', mountPath: '/var/lib/kafka' },
                  { name: 'tmp', mountPath: '/tmp' },
                  { name: 'config', mountPath: '/etc/kafka' },
                ],
              },
            ],
            volumes: [
              { name: 'data', emptyDir: {} },
              { name: 'tmp', emptyDir: {} },
              { name: 'config', configMap: { name } },
            ],
          },
        },
      },
    },
  ];
}

/** Starts them, in place of those that were there, and resolves when they are ready. */
export async function startKafka(plan: ClusterPlan, namespace: string, image: string, brokers = 1): Promise<void> {
  const name = `statefulset/${plan.name}-broker`;
  await kubectl(['delete', '-n', namespace, name, '--ignore-not-found', '--cascade=foreground', '--wait']);
  const items = kafkaObjects(plan, namespace, image, brokers);
  await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await kubectl(['rollout', 'status', '-n', namespace, '--timeout=180s', name]);
}
