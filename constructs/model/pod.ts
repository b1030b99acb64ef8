import { at, isRecord, listAt, recordAt, textAt, type Resource } from './resource.js';
import type { System } from './system.js';

/** The pod that an object makes, as it is written. */
export interface PodView {
  readonly resource: Resource;
  /** Where it stands, dotted: `spec.template.spec`. */
  readonly path: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** One container of such a pod. */
export interface ContainerView {
  readonly resource: Resource;
  readonly path: string;
  readonly name: string;
  readonly container: unknown;
  readonly pod: PodView;
}

const template = ['spec', 'template', 'spec'];
const podPaths: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: template,
  DeploymentConfig: template,
  StatefulSet: template,
  DaemonSet: template,
  ReplicaSet: template,
  Job: template,
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** Of every kind of workload that is not Strimzi's. */
export const podsOf = (system: System): PodView[] =>
  system.resources.flatMap((resource): PodView[] => {
    const path = Object.hasOwn(podPaths, resource.kind) ? podPaths[resource.kind] : undefined;
    if (path === undefined || !isRecord(at(resource, ...path))) return [];
    return [{ resource, path: path.join('.'), spec: recordAt(resource, ...path) }];
  });

export const containersOf = (pod: PodView): ContainerView[] =>
  ['initContainers', 'containers'].flatMap((field) =>
    listAt(pod.spec, field).map((container, i) => ({
      resource: pod.resource,
      path: `${pod.path}.${field}[${i}]`,
      name: textAt(container, 'name') ?? `${field}[${i}]`,
      container,
      pod,
    })),
  );
