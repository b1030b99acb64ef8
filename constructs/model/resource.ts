/** A Kubernetes object as a YAML parser gives it: nothing is known about it yet. */
export type Manifest = Readonly<Record<string, unknown>>;

/** One object of a system, and the file it was read from. Every rule reads these, whether they were just synthesised or found on disk. */
export interface Resource {
  readonly manifest: Manifest;
  /** Path as the person gave it. @default none: the object was not read from a file */
  readonly file?: string;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of keys and indexes, or undefined as soon as something on the way is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === 'number') here = Array.isArray(here) ? (here[step] as unknown) : undefined;
    else here = isRecord(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}

/** The record at a path; an empty one when there is none, so that readers need no special case. */
export function recordAt(value: unknown, ...path: readonly (string | number)[]): Readonly<Record<string, unknown>> {
  const found = at(value, ...path);
  return isRecord(found) ? found : {};
}

/** The list at a path; an empty one when there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The text at a path, if it is text. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The number at a path; text that is a whole decimal number counts, because Kafka options are written both ways. */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  if (typeof found === 'number') return found;
  return typeof found === 'string' && /^-?\d+(\.\d+)?$/.test(found.trim()) ? Number(found) : undefined;
}

export const kindOf = (manifest: Manifest): string => textAt(manifest, 'kind') ?? '';
export const nameOf = (manifest: Manifest): string => textAt(manifest, 'metadata', 'name') ?? '';
export const namespaceOf = (manifest: Manifest): string | undefined => textAt(manifest, 'metadata', 'namespace');
export const labelOf = (manifest: Manifest, label: string): string | undefined => textAt(manifest, 'metadata', 'labels', label);
export const annotationOf = (manifest: Manifest, annotation: string): string | undefined =>
  textAt(manifest, 'metadata', 'annotations', annotation);
