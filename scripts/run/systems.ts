import { MusterError } from '../../constructs/model/error.js';
import { textAt, type Resource } from '../../constructs/model/resource.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import { podTemplate, workloadKinds, type PodTemplate } from '../local/deployment.js';

const systemLabel = 'app.kubernetes.io/part-of';

/** The workers of the manifests, by the system they belong to. */
export function systemsOf(resources: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> {
  const systems = new Map<string, Resource[]>();
  for (const resource of resources) {
    const system = textAt(resource, 'metadata', 'labels', systemLabel);
    if (system === undefined || !workloadKinds.some((kind) => kind === resource.kind)) continue;
    systems.set(system, [...(systems.get(system) ?? []), resource]);
  }
  return systems;
}

/**
 * The workers of one system as they run here.
 * @throws MusterError `bad-input` when there is no such system, or one of its workers cannot run here.
 */
export function workersOf(resources: readonly Resource[], system: string): readonly PodTemplate[] {
  const systems = systemsOf(resources);
  const found = systems.get(system);
  if (found !== undefined) return found.map(podTemplate);
  const names = [...systems.keys()].sort();
  throw new MusterError(
    'bad-input',
    `there is no system "${system}" in the manifests${didYouMean(system, names)}; a system is what workers are labelled ${systemLabel} with, and there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ') || 'none'}`,
  );
}
