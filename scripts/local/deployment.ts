import { MusterError } from '../../constructs/model/error.js';
import { at, listAt, numberAt, textAt, type Resource } from '../../constructs/model/resource.js';

/** What of a Deployment a machine without Kubernetes can run: its first container's command and environment. */
export interface PodTemplate {
  readonly deployment: string;
  readonly namespace: string | undefined;
  readonly file: string;
  readonly command: readonly string[];
  readonly env: readonly EnvVar[];
  /** `terminationGracePeriodSeconds`, default 30: time from SIGTERM to SIGKILL. */
  readonly graceSeconds: number;
}
export type EnvVar = { readonly name: string; readonly value: string } | { readonly name: string; readonly field: string };

/** Fields of the downward API that mean something here, and where their value comes from. */
const knownFields = ['metadata.name', 'metadata.namespace', 'status.podIP', 'status.hostIP', 'spec.nodeName'] as const;

/**
 * Reads a Deployment.
 * @throws MusterError `bad-input` for what cannot be run here: no command, several containers, a variable from a Secret.
 */
export function podTemplate(resource: Resource): PodTemplate {
  const where = `Deployment ${resource.metadata.name} (${resource.file ?? 'no file'})`;
  const pod = at(resource, 'spec', 'template', 'spec');
  const [container, second] = listAt(pod, 'containers');
  if (container === undefined || second !== undefined) {
    throw new MusterError(
      'bad-input',
      `${where} must have exactly one container to run here; it has ${String(listAt(pod, 'containers').length)}`,
    );
  }
  const command = [...listAt(container, 'command'), ...listAt(container, 'args')].map(String);
  if (command.length === 0) {
    throw new MusterError(
      'bad-input',
      `${where} names no command, and there is no image here to take one from; set containers[0].command, as in ["node", "build/workers/consumer.js"]`,
    );
  }
  return {
    deployment: resource.metadata.name,
    namespace: resource.metadata.namespace,
    file: resource.file ?? '',
    command,
    env: listAt(container, 'env').map((variable) => envVar(variable, where)),
    graceSeconds: numberAt(pod, 'terminationGracePeriodSeconds') ?? 30,
  };
}

function envVar(variable: unknown, where: string): EnvVar {
  const name = textAt(variable, 'name') ?? '';
  const field = textAt(variable, 'valueFrom', 'fieldRef', 'fieldPath');
  if (field !== undefined) {
    if (knownFields.some((known) => known === field)) return { name, field };
    throw new MusterError(
      'bad-input',
      `${where}: ${name} takes its value from the field ${field}, which is not known here; known are ${knownFields.join(', ')}`,
    );
  }
  const source = Object.keys((at(variable, 'valueFrom') as object | undefined) ?? {})[0];
  if (source !== undefined)
    throw new MusterError('bad-input', `${where}: ${name} takes its value from a ${source}, which there is none of here; give it a value`);
  const value = at(variable, 'value');
  if (value !== undefined && typeof value !== 'string') {
    throw new MusterError(
      'bad-input',
      `${where}: the value of ${name} is ${JSON.stringify(value)}, a ${typeof value}; Kubernetes takes text only: put it in quotes`,
    );
  }
  return { name, value: value ?? '' };
}

/** The value of a variable that a manifest sets to text; undefined when it does not. */
export function valueOf(template: PodTemplate, name: string): string | undefined {
  const found = template.env.find((variable) => variable.name === name);
  return found !== undefined && 'value' in found ? found.value : undefined;
}
