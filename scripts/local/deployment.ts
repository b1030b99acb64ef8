import { MusterError } from '../../constructs/model/error.js';
import { at, listAt, numberAt, textAt, type Resource } from '../../constructs/model/resource.js';

/** What of a Deployment, StatefulSet or Job a machine without Kubernetes can run: its container's command, environment and folders. */
export interface PodTemplate {
  readonly kind: WorkloadKind;
  /** Name of the Deployment, StatefulSet or Job. */
  readonly deployment: string;
  /** Label app.kubernetes.io/component. */
  readonly component: string | undefined;
  readonly namespace: string | undefined;
  readonly file: string;
  readonly command: readonly string[];
  readonly env: readonly EnvVar[];
  /** Folders that are empty at first, by where they are mounted: emptyDirs, and the volumes of a StatefulSet's claims. */
  readonly folders: readonly { readonly mountPath: string; readonly volume: string }[];
  readonly secrets: readonly MountedSecret[];
  /** Mounts of which there is nothing here: ConfigMaps, host paths and the like. */
  readonly absent: readonly { readonly mountPath: string; readonly kind: string }[];
  /** `terminationGracePeriodSeconds`, default 30: time from SIGTERM to SIGKILL. */
  readonly graceSeconds: number;
}
export type WorkloadKind = (typeof workloadKinds)[number];
export interface MountedSecret {
  readonly mountPath: string;
  readonly secret: string;
  /** Files by their path below the mount; of all keys under their own names where none is listed. */
  readonly items: readonly { readonly key: string; readonly path: string }[];
}
export type EnvVar = { readonly name: string; readonly value: string } | { readonly name: string; readonly field: string };

/** What makes pods that can run here. */
export const workloadKinds = ['Deployment', 'StatefulSet', 'Job'] as const;

/** Fields of the downward API that mean something here, and where their value comes from. */
const knownFields = ['metadata.name', 'metadata.namespace', 'status.podIP', 'status.hostIP', 'spec.nodeName'] as const;

/**
 * Reads a Deployment, a StatefulSet or a Job.
 * @throws MusterError `bad-input` for what cannot be run here: no command, several containers, a variable from a Secret.
 */
export function podTemplate(resource: Resource): PodTemplate {
  const kind = workloadKinds.find((known) => known === resource.kind) ?? 'Deployment';
  const where = `${resource.kind} ${resource.metadata.name} (${resource.file ?? 'no file'})`;
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
    kind,
    deployment: resource.metadata.name,
    component: textAt(resource, 'metadata', 'labels', 'app.kubernetes.io/component'),
    namespace: resource.metadata.namespace,
    file: resource.file ?? '',
    command,
    env: listAt(container, 'env').map((variable) => envVar(variable, where)),
    ...mounts(resource),
    graceSeconds: numberAt(pod, 'terminationGracePeriodSeconds') ?? 30,
  };
}

function mounts(resource: Resource): Pick<PodTemplate, 'folders' | 'secrets' | 'absent'> {
  const pod = at(resource, 'spec', 'template', 'spec');
  const volumes = new Map(listAt(pod, 'volumes').map((volume) => [textAt(volume, 'name') ?? '', volume]));
  const claims = new Set(listAt(resource, 'spec', 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name')));
  const folders: { mountPath: string; volume: string }[] = [];
  const secrets: MountedSecret[] = [];
  const absent: { mountPath: string; kind: string }[] = [];
  for (const mount of listAt(pod, 'containers', 0, 'volumeMounts')) {
    const [name, mountPath] = [textAt(mount, 'name') ?? '', (textAt(mount, 'mountPath') ?? '').replace(/\/+$/, '')];
    const volume = volumes.get(name);
    const secret = textAt(volume, 'secret', 'secretName');
    if (secret !== undefined) {
      const items = listAt(volume, 'secret', 'items').map((item) => ({ key: textAt(item, 'key') ?? '', path: textAt(item, 'path') ?? '' }));
      secrets.push({ mountPath, secret, items });
    } else if (claims.has(name) || at(volume, 'emptyDir') !== undefined) folders.push({ mountPath, volume: name });
    else absent.push({ mountPath, kind: Object.keys((volume as object | undefined) ?? {}).find((key) => key !== 'name') ?? 'volume' });
  }
  return { folders, secrets, absent };
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
