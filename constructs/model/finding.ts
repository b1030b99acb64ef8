/** How bad a finding is: an `error` stops synthesis and fails `muster check`; the others are told and let pass. */
export type Severity = 'error' | 'warning' | 'info';

/** Which Kubernetes object a finding is about. */
export interface ResourceRef {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/**
 * One thing a rule found. The message says what is wrong, the value given, the values allowed and the change to make;
 * it stands alone, because it is read in a terminal, a pull request and a JSON file.
 */
export interface Finding {
  /** The rule's id, kebab-case: `topic-replicas-above-brokers`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly resource: ResourceRef;
  /** Path of the field inside the resource, dotted: `spec.replicas`. */
  readonly path: string;
  /** Where the rule comes from: a link, or a document and section. */
  readonly source?: string;
  /** The manifest's file, when it came from one. */
  readonly file?: string;
  /** The line of the field in that file, or of the nearest thing above it. */
  readonly line?: number;
}
