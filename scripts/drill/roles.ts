import { MusterError } from '../../constructs/model/error.js';
import { textAt, type Resource } from '../../constructs/model/resource.js';
import type { Contract } from '../../workers/contract.js';
import { podTemplate, valueOf, type PodTemplate } from '../local/deployment.js';
import type { WorkerRole } from './backend.js';

const componentLabel = 'app.kubernetes.io/component';
const drillAnnotation = 'muster.dev/drill';

/**
 * The Deployment that plays a role in the drill: by its component label; where there are several the one that is annotated
 * muster.dev/drill: "true", or the one that is named.
 */
export function findWorker(resources: readonly Resource[], role: WorkerRole, name?: string): PodTemplate {
  const deployments = resources.filter((r) => r.kind === 'Deployment');
  const candidates = deployments.filter((r) => textAt(r, 'metadata', 'labels', componentLabel) === role);
  const marked = candidates.filter((r) => textAt(r, 'metadata', 'annotations', drillAnnotation) === 'true');
  const chosen = name !== undefined ? candidates.filter((r) => r.metadata.name === name) : marked.length > 0 ? marked : candidates;
  const [deployment, second] = chosen;
  const names = candidates.map((r) => r.metadata.name).join(', ');
  if (deployment === undefined) {
    throw new MusterError(
      'bad-input',
      name === undefined
        ? `the manifests hold no Deployment labelled ${componentLabel}: ${role}, and a drill needs one; the Deployments are ${deployments.map((r) => r.metadata.name).join(', ') || 'none'}`
        : `there is no ${role} Deployment "${name}" in the manifests; there ${candidates.length === 1 ? 'is' : 'are'} ${names || 'none'}`,
    );
  }
  if (second !== undefined)
    throw new MusterError(
      'bad-input',
      `the manifests hold ${String(chosen.length)} ${role} Deployments (${names}); name one with --${role} NAME, or annotate one ${drillAnnotation}: "true"`,
    );
  return podTemplate(deployment);
}

/** The value a worker will see for a setting of its contract: the manifest's, else the default. */
export function settingOf(template: PodTemplate, contract: Contract, name: string): string {
  const fallback = contract[name]?.default;
  return valueOf(template, name) ?? (fallback === undefined ? '' : String(fallback));
}
