/** What a Deployment was before the drill that goes on; there as long as one does. */
export interface Before {
  readonly replicas: number;
  /** `deployment.kubernetes.io/revision`. */
  readonly revision?: string;
  /** `ann@desk`. */
  readonly by: string;
  /** ISO 8601, whole seconds. */
  readonly at: string;
}

/**
 * A label, for a Deployment's annotations are copied to its ReplicaSets and stay there: the next `rollout undo`, whoever types it, would bring a note back of a
 * drill that is long over.
 */
export const markLabel = 'muster.dev/before-drill';

/** A label's value has 63 characters at most, of letters, digits, `.`, `_` and `-`. */
export function markValue({ replicas, revision, by, at }: Before): string {
  const when = at.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');
  const who = by.replaceAll(/[^\w-]/g, '_');
  return `replicas-${String(replicas)}.revision-${revision ?? 'none'}.at-${when}.by-${who}`.slice(0, 63).replace(/[^A-Za-z0-9]+$/, '');
}

/** Undefined for what no drill wrote. */
export function beforeIn(value: string): Before | undefined {
  const [, replicas, revision, date, time, by] = /^replicas-(\d+)\.revision-(\w+)\.at-(\d{8})T(\d{6})Z(?:\.by-(.*))?$/.exec(value) ?? [];
  if (replicas === undefined || date === undefined || time === undefined) return undefined;
  const at = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`;
  return { replicas: Number(replicas), ...(revision === undefined || revision === 'none' ? {} : { revision }), by: by ?? 'somebody', at };
}
