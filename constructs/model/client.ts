import { at, listAt, type Resource } from './resource.js';
import { strimziOf, type System } from './system.js';

/** Where one of Strimzi's own clients says how it reaches a Kafka: addresses, TLS, authentication. */
export interface ClientView {
  readonly resource: Resource;
  /** Dotted: `spec`, `spec.target`, `spec.mirrors[0].source`. */
  readonly path: string;
  readonly steps: readonly (string | number)[];
  readonly value: unknown;
}

const view = (resource: Resource, ...steps: readonly (string | number)[]): ClientView => ({
  resource,
  path: steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1),
  steps,
  value: at(resource, ...steps),
});

/** Of Connect, MirrorMaker 2 (its target, and the source of every mirror) and Bridge. */
export const clientsOf = (system: System): ClientView[] => [
  ...strimziOf(system, 'KafkaConnect', 'KafkaBridge').map((resource) => view(resource, 'spec')),
  ...strimziOf(system, 'KafkaMirrorMaker2').flatMap((resource) => [
    view(resource, 'spec', 'target'),
    ...listAt(resource, 'spec', 'mirrors').map((_, i) => view(resource, 'spec', 'mirrors', i, 'source')),
  ]),
];
