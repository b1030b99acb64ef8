import type { Resource } from '../../constructs/model/resource.js';
import type { Side, Step } from './change.js';

/** Where in a resource two values are compared. */
export interface Place {
  readonly kind: string;
  /** Keys from the top, `[]` for any entry of a list: `spec.template.spec.containers[].env[]`. Keys with dots in them only stand last. */
  readonly pattern: string;
  /** The pattern of what this is in, and the key by which it is. */
  readonly within: string;
  readonly key: string;
  readonly steps: readonly Step[];
}

export const top = (kind: string): Place => ({ kind, pattern: '', within: '', key: '', steps: [] });

export const below = ({ kind, pattern, steps }: Place, key: string): Place => ({
  kind,
  pattern: pattern === '' ? key : `${pattern}.${key}`,
  within: pattern,
  key,
  steps: [...steps, key],
});

export const entry = ({ kind, pattern, key, steps }: Place, step: Step): Place => ({
  kind,
  pattern: `${pattern}[]`,
  within: pattern,
  key,
  steps: [...steps, step],
});

/** The steps for a person: `spec.config.retention.ms`, `spec.listeners[tls].port`. */
export function pathOf(steps: readonly Step[]): string {
  let path = '';
  for (const step of steps) {
    if (typeof step === 'number') path += `[${String(step)}]`;
    else if (typeof step === 'object') path += `[${step.is}]`;
    else path += path === '' ? step : `.${step}`;
  }
  return path;
}

/** One side of a comparison: what the value stands in, its resource, and all that stands beside it. */
export interface Surroundings {
  readonly parent: unknown;
  readonly resource: Resource;
  readonly side: Side;
}

/** Where the pod of a kind stands, for what is the same in all of them. */
const podSpecs: Readonly<Record<string, string>> = {
  Pod: 'spec',
  CronJob: 'spec.jobTemplate.spec.template.spec',
  Deployment: 'spec.template.spec',
  StatefulSet: 'spec.template.spec',
  DaemonSet: 'spec.template.spec',
  ReplicaSet: 'spec.template.spec',
  ReplicationController: 'spec.template.spec',
  Job: 'spec.template.spec',
};

/** The pattern from the pod's spec on, for a place in a pod: `containers[].env[].value`. Init containers are containers. */
export function inPod(kind: string, pattern: string): string | undefined {
  const root = Object.hasOwn(podSpecs, kind) ? podSpecs[kind] : undefined;
  if (root === undefined || !pattern.startsWith(`${root}.`)) return undefined;
  return pattern.slice(root.length + 1).replace(/^(?:init|ephemeral)Containers\[\]/, 'containers[]');
}
