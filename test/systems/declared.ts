import { declare } from '../../apps/environments.js';
import { listAt, numberAt, textAt, type Resource } from '../../constructs/model/resource.js';
import { resourcesBelow } from '../../constructs/validation.js';
import { buildWorker } from '../build-fixture.js';
import { startWorker, type WorkerProcess } from '../workers/processes.js';

const declared = declare('k3s');
const resources: readonly Resource[] = declared === undefined ? [] : resourcesBelow(declared.app);

/** Topics as the manifests of k3s declare them, with one replica unless there are more brokers. */
export function declaredTopics(names: readonly string[], replicas = 1): { name: string; partitions: number; replicas: number }[] {
  return names.map((name) => {
    const topic = resources.find((one) => one.kind === 'KafkaTopic' && (textAt(one, 'spec', 'topicName') ?? one.metadata.name) === name);
    if (topic === undefined) throw new Error(`k3s has no topic ${name}`);
    return { name, partitions: numberAt(topic, 'spec', 'partitions') ?? 0, replicas };
  });
}

/** Timings of a group that notices a dead member soon; brokers allow them by `quickGroups`. */
export const quickMember = {
  CONSUMER_SESSION_TIMEOUT_MS: '3000',
  CONSUMER_HEARTBEAT_INTERVAL_MS: '500',
  CONSUMER_FETCH_MAX_WAIT_MS: '100',
} as const;
export const quickGroups = { 'group.min.session.timeout.ms': '1000' } as const;

/** Starts workers of k3s by their names: their manifests' environment, but for the brokers' address and what a test sets. */
export async function workersOf(bootstrap: string) {
  const files = { producer: await buildWorker('producer'), consumer: await buildWorker('consumer') };
  return (name: string, overrides: Readonly<Record<string, string>> = {}, pod = `${name}-0`): WorkerProcess => {
    const found = resources.find((one) => /^(Deployment|StatefulSet|Job)$/.test(one.kind) && one.metadata.name === name);
    const component = textAt(found, 'metadata', 'labels', 'app.kubernetes.io/component');
    if (component !== 'producer' && component !== 'consumer') throw new Error(`k3s has no producer or consumer ${name}`);
    const env = Object.fromEntries(
      listAt(found, 'spec', 'template', 'spec', 'containers', 0, 'env').map((variable) => [
        textAt(variable, 'name') ?? '',
        textAt(variable, 'value') ?? pod,
      ]),
    );
    return startWorker(files[component], {
      ...env,
      KAFKA_BOOTSTRAP_SERVERS: bootstrap,
      HTTP_PORT: '0',
      // A folder of the pod, not of this machine.
      ...('FAILURE_LOG_DIR' in env && { FAILURE_LOG_DIR: '' }),
      ...overrides,
    });
  };
}
