import type { Resource } from '../../constructs/model/resource.js';

/** One step into a resource: a key of a map, an index of a list without keys, or the entry of a list that has this key. */
export type Step = string | number | { readonly by: string; readonly is: string };

/**
 * One difference below a resource. Values are as they stand in the YAML; those of Secrets are hidden. A whole subtree that came or went is
 * one difference, except for maps and lists that say nothing when they are empty (`config`, `labels`, `env`): of these each entry is one.
 * A list of plain values is one value. An entry of a list that is known by nothing but its whole value (an ACL) has its index in `steps`.
 */
export interface FieldChange {
  readonly steps: readonly Step[];
  /** The steps for a person: `spec.config.retention.ms`, `spec.listeners[tls].port`. */
  readonly path: string;
  /** Undefined: it was not there. */
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * A resource of which base and head differ. Matched by kind, namespace and name; a topic that only changed its Kubernetes name but not the
 * topic in Kafka is the same. `renamed`: one went and another came which is alike but for its name.
 */
export interface ResourceChange {
  readonly how: 'added' | 'removed' | 'changed' | 'renamed';
  readonly before?: Resource;
  readonly after?: Resource;
  /** Empty where the resource was added or removed. */
  readonly fields: readonly FieldChange[];
}

/** Everything that stands on one side: the resources and what is found quickly among them. */
export interface Side {
  readonly resources: readonly Resource[];
  /** The resources of a kind, in the order of the files. */
  readonly ofKind: (kind: string) => readonly Resource[];
  readonly find: (kind: string, name: string, namespace?: string) => Resource | undefined;
}

/** Both whole states, for consequences that depend on what else there is: a topic's replicas against its min ISR, a group against its topic. */
export interface States {
  readonly base: Side;
  readonly head: Side;
  readonly changes: readonly ResourceChange[];
}
