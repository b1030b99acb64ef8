import type { ClusterPlan } from '../../scripts/kafka/plan.js';
import { brokerProperties } from '../../scripts/kafka/properties.js';

/** What a cluster with the operator would make of the `Kafka` resource, as far as one broker without TLS goes. */
export function kafkaObjects(plan: ClusterPlan, namespace: string, image: string): object[] {
  const service = `${plan.name}-kafka-bootstrap`;
  const address = `${service}.${namespace}.svc`;
  const port = plan.listeners[0]?.port ?? 9092;
  const labels = { 'strimzi.io/cluster': plan.name, 'strimzi.io/broker-role': 'true' };
  const node = {
    id: 0,
    roles: ['broker', 'controller'] as const,
    clientPort: port,
    controllerPort: 9090,
    logDirs: ['/var/lib/kafka/data'],
  };
  const properties = brokerProperties(node, [node], plan.config)
    .replace(/^listeners=.*$/m, `listeners=CLIENT://0.0.0.0:${String(port)},CONTROLLER://127.0.0.1:9090`)
    .replace(/^advertised\.listeners=.*$/m, `advertised.listeners=CLIENT://${address}:${String(port)}`);
  const script = [
    'set -e',
    'export CLASSPATH="/app/libs/*"',
    'options="-Dlog4j2.configurationFile=/app/log4j2.yaml -Djava.io.tmpdir=/tmp -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"',
    'java $options kafka.tools.StorageTool format --ignore-formatted -t c2VwYXJhdGVkLWNsdXN0ZQ -c /etc/kafka/server.properties',
    'exec java $options -Xmx384m kafka.Kafka /etc/kafka/server.properties',
  ].join('\n');
  const metadata = { name: `${plan.name}-broker-0`, namespace, labels };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'server.properties': properties } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service, namespace },
      spec: { selector: labels, ports: [{ port }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
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
          { name: 'config', configMap: { name: metadata.name } },
        ],
      },
    },
  ];
}
