import type { ResourceRef } from '../../constructs/model/finding.js';
import type { FieldChange, ResourceChange, States } from './change.js';
import type { Grade } from './grade.js';

/** What one change does. Texts are plain sentences with the real figures in them; each stands alone in a terminal, a comment and a JSON file. */
export interface Consequence {
  /** Kebab-case, and for ever: exceptions quote it. `topic-partitions-down`. */
  readonly id: string;
  readonly grade: Grade;
  readonly resource: ResourceRef;
  /** Of the field, as FieldChange has it; empty where the whole resource is meant. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
  /** What will happen. "Kafka cannot take partitions away: the operator refuses (NotSupported), and the topic keeps 6." */
  readonly consequence: string;
  /** Why that is so, when it is not in the consequence. */
  readonly reason?: string;
  /** Where it is documented, or which code does it: a link, or a document and section. */
  readonly source: string;
  /** What to do instead, or what to do first. "Nothing to do" is left out. */
  readonly action?: string;
  /** What has to be applied before this, and why, where several changes depend on each other. */
  readonly applyAfter?: readonly { readonly resource: ResourceRef; readonly why: string }[];
}

/** The judge of some changes. Reads both whole states; never touches a disk or a network. */
export interface Reviewer {
  /** Kinds it is asked about, by `kind` alone. */
  readonly kinds: readonly string[];
  readonly judge: (change: ResourceChange, states: States) => readonly Judged[];
}

/**
 * A consequence and the differences it explains. A difference nobody explains is told as it is, with the grade its place allows: so nothing
 * is passed over in silence. An added or removed resource has no fields: any consequence explains it.
 */
export interface Judged extends Omit<Consequence, 'resource'> {
  /** @default the changed resource */
  readonly resource?: ResourceRef;
  readonly explains: readonly FieldChange[];
}
