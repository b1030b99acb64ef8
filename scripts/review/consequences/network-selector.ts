import { at, isRecord, listAt, recordAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import type { WorkloadIndex } from './workload-index.js';

/** Labels that the pods of a workload, or of one of Strimzi's components, carry. */
export interface LabelledPods {
  readonly resource: Resource;
  readonly labels: Readonly<Record<string, unknown>>;
}

const podsByLabel = new WeakMap<WorkloadIndex, Labelled>();

interface Labelled {
  readonly all: readonly LabelledPods[];
  readonly byLabel: ReadonlyMap<string, readonly LabelledPods[]>;
}

function labelled(index: WorkloadIndex): Labelled {
  const known = podsByLabel.get(index);
  if (known !== undefined) return known;
  const all: LabelledPods[] = index.pods.map(({ resource, path }) => ({
    resource,
    labels: recordAt(resource, ...path.split('.').slice(0, -1), 'metadata', 'labels'),
  }));
  // Those of Strimzi's pods by which policies choose them: strimzi.io/docs, "Labels added to resources".
  for (const pool of index.system.pools)
    all.push({
      resource: pool.resource,
      labels: {
        'strimzi.io/cluster': textAt(pool.resource, 'metadata', 'labels', 'strimzi.io/cluster'),
        'strimzi.io/kind': 'Kafka',
        'strimzi.io/pool-name': pool.resource.metadata.name,
        'strimzi.io/broker-role': String(pool.roles.includes('broker')),
        'strimzi.io/controller-role': String(pool.roles.includes('controller')),
      },
    });
  const byLabel = new Map<string, LabelledPods[]>();
  for (const pods of all)
    for (const [key, value] of Object.entries(pods.labels)) {
      const label = `${key}=${String(value)}`;
      const there = byLabel.get(label);
      if (there === undefined) byLabel.set(label, [pods]);
      else there.push(pods);
    }
  const made = { all, byLabel };
  podsByLabel.set(index, made);
  return made;
}

/** Whether labels are chosen by a selector of Kubernetes'; an empty one chooses all. */
export function selects(selector: unknown, labels: Readonly<Record<string, unknown>>): boolean {
  if (!Object.entries(recordAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value)) return false;
  return listAt(selector, 'matchExpressions').every((expression) => {
    const value = labels[textAt(expression, 'key') ?? ''];
    const values = listAt(expression, 'values');
    switch (textAt(expression, 'operator')) {
      case 'In':
        return values.includes(value);
      case 'NotIn':
        return !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      case undefined:
      default:
        return false;
    }
  });
}

/** The workloads whose pods a selector with matchLabels and matchExpressions chooses, in one namespace or in all. */
export function podsMatching(index: WorkloadIndex, selector: unknown, namespace?: string): Resource[] {
  if (!isRecord(selector)) return [];
  const { all, byLabel } = labelled(index);
  const [label] = Object.entries(recordAt(selector, 'matchLabels'));
  const candidates = label === undefined ? all : (byLabel.get(`${label[0]}=${String(label[1])}`) ?? []);
  const found = candidates.filter(
    ({ resource, labels }) =>
      (namespace === undefined || resource.metadata.namespace === undefined || resource.metadata.namespace === namespace) &&
      selects(selector, labels),
  );
  return [...new Set(found.map(({ resource }) => resource))];
}

/** A plain map of labels as a selector. */
export const withLabels = (labels: unknown): object => ({ matchLabels: labels });

export const selectorOf = (resource: Resource): unknown => at(resource, 'spec', 'selector');
