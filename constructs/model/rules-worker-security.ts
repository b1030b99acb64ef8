import { rule, sources, type Rule, type Subject } from './rule.js';
import { settingOf, type System, type WorkerView } from './system.js';

/** Variables that mean something with one half of security.protocol only, and whether that half needs them. */
const variables = [
  { name: 'KAFKA_SASL_USERNAME', half: 'SASL', needed: true },
  { name: 'KAFKA_SASL_PASSWORD_FILE', half: 'SASL', needed: true },
  { name: 'KAFKA_SSL_CA_FILE', half: 'SSL', needed: false },
  { name: 'KAFKA_SSL_CERTIFICATE_FILE', half: 'SSL', needed: false },
  { name: 'KAFKA_SSL_KEY_FILE', half: 'SSL', needed: false },
] as const;

/** How a worker comes in, and one variable that does not go with it. */
interface SecurityView extends Subject {
  readonly variable: string;
  readonly problem: string;
}

function problemsOf(worker: WorkerView): SecurityView[] {
  const protocol = settingOf(worker, 'KAFKA_SECURITY_PROTOCOL') ?? '';
  // A protocol that is none is named by the rule of values.
  if (!/^(SASL_)?(PLAINTEXT|SSL)$/.test(protocol)) return [];
  // A value that only the running pod knows is one.
  const given = (name: string): boolean => (worker.env.has(name) ? worker.env.get(name) !== '' : (settingOf(worker, name) ?? '') !== '');
  const halves = variables.flatMap(({ name, half, needed }): SecurityView[] => {
    const acts = half === 'SASL' ? protocol.startsWith('SASL_') : protocol.endsWith('SSL');
    if (acts && needed && !given(name)) return [{ resource: worker.resource, variable: name, problem: `is missing with ${protocol}` }];
    return !acts && given(name) ? [{ resource: worker.resource, variable: name, problem: `does nothing with ${protocol}` }] : [];
  });
  if (given('KAFKA_SSL_CERTIFICATE_FILE') === given('KAFKA_SSL_KEY_FILE')) return halves;
  const alone = given('KAFKA_SSL_KEY_FILE') ? 'KAFKA_SSL_CERTIFICATE_FILE' : 'KAFKA_SSL_KEY_FILE';
  return [...halves, { resource: worker.resource, variable: alone, problem: 'is missing: a certificate and its key go together' }];
}

export const workerSecurityRules: readonly Rule[] = [
  rule<SecurityView>({
    id: 'worker-security-incomplete',
    what: 'variables for coming in to Kafka that do not go with KAFKA_SECURITY_PROTOCOL',
    severity: 'error',
    source: sources.contract,
    subjects: (system: System) => system.workers.flatMap(problemsOf),
    broken: () => true,
    path: ({ variable }) => `spec.template.spec.containers[0].env.${variable}`,
    message: ({ variable, problem }) =>
      `${variable} ${problem}, and the worker ends at once: SASL takes KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE, SSL takes the KAFKA_SSL_… files; set KAFKA_SECURITY_PROTOCOL to what the listener asks for`,
  }),
];
