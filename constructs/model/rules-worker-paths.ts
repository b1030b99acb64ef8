import { listAt, recordAt, textAt } from './resource.js';
import { rule, type Rule, type Subject } from './rule.js';
import { settingOf, type System, type WorkerView } from './system.js';

/** A file or folder that a worker is told to use, and whether a volume is mounted there. */
interface PathView extends Subject {
  readonly worker: WorkerView;
  readonly variable: string;
  readonly value: string;
}

const files: readonly string[] = [
  'KAFKA_SASL_PASSWORD_FILE',
  'KAFKA_SSL_CA_FILE',
  'KAFKA_SSL_CERTIFICATE_FILE',
  'KAFKA_SSL_KEY_FILE',
  'DATABASE_PASSWORD_FILE',
];

const paths = (system: System, variables: readonly string[]): PathView[] =>
  system.workers.flatMap((worker) =>
    variables.flatMap((variable) => {
      const value = settingOf(worker, variable) ?? '';
      return value === '' ? [] : [{ resource: worker.resource, worker, variable, value }];
    }),
  );

const mountsOf = ({ resource }: WorkerView): readonly unknown[] =>
  listAt(recordAt(resource, 'spec', 'template', 'spec'), 'containers', 0, 'volumeMounts');

function isMounted({ worker, value }: PathView): boolean {
  return mountsOf(worker).some((mount) => {
    const folder = (textAt(mount, 'mountPath') ?? '').replace(/\/+$/, '');
    return folder !== '' && (value === folder || value.startsWith(`${folder}/`));
  });
}

const path = ({ variable }: PathView): string => `spec.template.spec.containers[0].env.${variable}`;

export const workerPathRules: readonly Rule[] = [
  rule<PathView>({
    id: 'worker-failure-log-nowhere',
    what: 'a failure log that is not on a volume',
    severity: 'error',
    source: 'https://kubernetes.io/docs/concepts/storage/volumes/',
    subjects: (system) => paths(system, ['FAILURE_LOG_DIR']),
    broken: (view) => !isMounted(view),
    path,
    message: ({ worker, value }) =>
      `FAILURE_LOG_DIR is ${value}, where no volume of ${worker.resource.metadata.name} is mounted: what is written there is gone with the container, or refused by its read-only file system; mount a volume there`,
  }),
  rule<PathView>({
    id: 'worker-secret-not-mounted',
    what: 'a file with a secret that no volume brings',
    severity: 'warning',
    source: 'https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-files-from-a-pod',
    subjects: (system) => paths(system, files),
    broken: (view) => !isMounted(view),
    path,
    message: ({ worker, variable, value }) =>
      `${variable} is ${value}, where no volume of ${worker.resource.metadata.name} is mounted: unless the image holds the file, the worker ends at once; mount the Secret there`,
  }),
];
