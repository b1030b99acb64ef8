import { clientsOf } from './client.js';
import { isReserved, perListenerOptions, reservedOptions, type ReservedOptions } from './reserved-options.js';
import { at, listAt, numberAt, recordAt, shown, textAt, type Resource } from './resource.js';
import { clusterOperator, rule, strimziApi, type Rule, type Subject } from './rule.js';
import { whyGone } from './rules-cluster.js';
import { strimziOf, type System } from './system.js';

/** One option of a `config` map, with the names that Strimzi keeps for itself there. */
interface OptionView extends Subject {
  readonly path: string;
  readonly option: string;
  readonly value: unknown;
  readonly reserved: ReservedOptions;
}

type Path = readonly (string | number)[];

function optionsAt(resource: Resource, path: Path, reserved: ReservedOptions): OptionView[] {
  const dotted = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return Object.entries(recordAt(resource, ...path)).map(([option, value]) => ({
    resource,
    path: `${dotted.slice(1)}.${option}`,
    option,
    value,
    reserved,
  }));
}

function brokerOptions(system: System): OptionView[] {
  return system.clusters.flatMap(({ resource }) => {
    const listeners = listAt(resource, 'spec', 'kafka', 'listeners');
    const { prefixes, exceptions } = reservedOptions.KafkaClusterSpec;
    const perListener = listeners.flatMap((listener) => {
      const name = `listener.name.${textAt(listener, 'name') ?? ''}-${numberAt(listener, 'port') ?? ''}`;
      return perListenerOptions.map((option) => `${name}.${option}`);
    });
    return [
      ...optionsAt(resource, ['spec', 'kafka', 'config'], { prefixes, exceptions: [...exceptions, ...perListener] }),
      ...listeners.flatMap((_, i) =>
        optionsAt(
          resource,
          ['spec', 'kafka', 'listeners', i, 'authentication', 'listenerConfig'],
          reservedOptions.KafkaListenerAuthenticationCustom,
        ),
      ),
    ];
  });
}

const clientPlaces: readonly (readonly [kind: string, path: Path, reserved: ReservedOptions])[] = [
  ['KafkaConnect', ['spec', 'config'], reservedOptions.KafkaConnectSpec],
  ['KafkaMirrorMaker2', ['spec', 'target', 'config'], reservedOptions.KafkaMirrorMaker2ClusterSpec],
  ['KafkaBridge', ['spec', 'config'], reservedOptions.KafkaBridgeSpec],
  ['KafkaBridge', ['spec', 'consumer', 'config'], reservedOptions.KafkaBridgeConsumerSpec],
  ['KafkaBridge', ['spec', 'producer', 'config'], reservedOptions.KafkaBridgeProducerSpec],
  ['KafkaBridge', ['spec', 'adminClient', 'config'], reservedOptions.KafkaBridgeAdminClientSpec],
  ['KafkaBridge', ['spec', 'http', 'tls', 'config'], reservedOptions.KafkaBridgeHttpTls],
];

const clientOptions = (system: System): OptionView[] =>
  clientPlaces.flatMap(([kind, path, reserved]) => strimziOf(system, kind).flatMap((resource) => optionsAt(resource, path, reserved)));

const sourceOptions = (system: System): OptionView[] =>
  strimziOf(system, 'KafkaMirrorMaker2').flatMap((resource) =>
    listAt(resource, 'spec', 'mirrors').flatMap((_, i) =>
      optionsAt(resource, ['spec', 'mirrors', i, 'source', 'config'], reservedOptions.KafkaMirrorMaker2ClusterSpec),
    ),
  );

/** Custom authentication of a client; only keystores and SASL pass there. */
const customAuthOptions = (system: System): OptionView[] =>
  clientsOf(system)
    .filter(({ value }) => at(value, 'authentication', 'type') === 'custom')
    .flatMap(({ resource, steps }) => optionsAt(resource, [...steps, 'authentication', 'config'], { prefixes: [], exceptions: [] }));

const allowedInCustomAuth: readonly string[] = ['ssl.keystore.', 'sasl.'];

/** Fields to use in place of a reserved option. */
const insteadOf: Readonly<Record<string, string>> = {
  'bootstrap.servers': 'write bootstrapServers',
  'group.id': 'write groupId',
  'config.storage.topic': 'write configStorageTopic',
  'offset.storage.topic': 'write offsetStorageTopic',
  'status.storage.topic': 'write statusStorageTopic',
  'ssl.': 'use tls and authentication',
  'sasl.': 'use authentication',
  'security.': 'use tls and authentication',
  'plugin.path': 'use build or plugins',
  'http.': 'use spec.http',
  'kafka.': 'use the config of spec.consumer, spec.producer or spec.adminClient',
  'self.healing.': 'self-healing is not supported; use KafkaRebalance or autoRebalance',
  'capacity.config.file': 'use brokerCapacity',
};

function advice(option: string): string {
  const prefix = Object.keys(insteadOf).find((candidate) => option.toLowerCase().startsWith(candidate));
  return prefix === undefined ? '' : `, and ${insteadOf[prefix] ?? ''}`;
}

const isDropped = ({ option, reserved }: OptionView): boolean => isReserved(option, reserved);
const dropped = ({ option, value }: OptionView, instead: string): string =>
  `${option} (${shown(value)}) is set by Strimzi itself: the operator drops yours with nothing but a line in its own log; remove it${instead}`;

export const reservedRules: readonly Rule[] = [
  rule<OptionView>({
    id: 'broker-option-forbidden',
    severity: 'warning',
    source: strimziApi('kafka/KafkaClusterSpec'),
    covers: ['broker-options-forbidden'],
    subjects: brokerOptions,
    broken: (view) => isDropped(view) && whyGone(view.option) === undefined,
    path: ({ path }) => path,
    message: (view) => dropped(view, ", and use the fields of spec.kafka (listeners, authorization, rack) or the node pool's storage"),
  }),
  rule<OptionView>({
    id: 'cruise-control-option-forbidden',
    severity: 'warning',
    source: strimziApi('kafka/cruisecontrol/CruiseControlSpec'),
    covers: ['cruise-control-forbidden', 'cruise-control-self-healing'],
    subjects: (system) =>
      system.clusters.flatMap(({ resource }) =>
        optionsAt(resource, ['spec', 'cruiseControl', 'config'], reservedOptions.CruiseControlSpec),
      ),
    broken: isDropped,
    path: ({ path }) => path,
    message: (view) => dropped(view, advice(view.option)),
  }),
  rule<OptionView>({
    id: 'client-option-forbidden',
    severity: 'warning',
    source: strimziApi('connect/KafkaConnectSpec'),
    covers: ['client-options-forbidden'],
    subjects: clientOptions,
    broken: isDropped,
    path: ({ path }) => path,
    message: (view) => dropped(view, advice(view.option)),
  }),
  rule<OptionView>({
    id: 'mirror-source-option-reserved',
    severity: 'warning',
    source: clusterOperator('model/KafkaMirrorMaker2Connectors'),
    covers: ['client-options-forbidden'],
    subjects: sourceOptions,
    broken: isDropped,
    path: ({ path }) => path,
    message: ({ option, value }) =>
      `${option} (${shown(value)}) is not yours to set for a source cluster: here nothing stops it, and it overrides what the operator derives from the fields beside it; remove it${advice(option)}`,
  }),
  rule<OptionView>({
    id: 'custom-authentication-option-dropped',
    severity: 'warning',
    source: strimziApi('common/authentication/KafkaClientAuthenticationCustom'),
    covers: ['client-options-forbidden'],
    subjects: customAuthOptions,
    broken: ({ option }) => !allowedInCustomAuth.some((prefix) => option.toLowerCase().startsWith(prefix)),
    path: ({ path }) => path,
    message: ({ option, value }) =>
      `${option} (${shown(value)}) is dropped with nothing but a line in the operator's log: custom authentication takes options that begin with ${allowedInCustomAuth.join(' or ')} only; move it to the config beside it, or remove it`,
  }),
];
