import { join } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import type { PodTemplate } from './deployment.js';

/** Where a pod's volumes are on this machine. */
export interface LocalVolumes {
  /** Folder that holds the volumes of this pod. */
  readonly dir: string;
  /** Folders with the keys of Secrets as files, by the name of the Secret. */
  readonly secrets: Readonly<Record<string, string>>;
}

const isBelow = (value: string, folder: string): boolean => value === folder || value.startsWith(`${folder}/`);

/**
 * The environment of a pod with every path that lies on one of its volumes replaced by where that volume is here.
 * @throws MusterError `bad-input` for a path in a Secret that was not given, or on a volume of a kind that is not here.
 */
export function withLocalPaths(
  template: PodTemplate,
  environment: Readonly<Record<string, string>>,
  { dir, secrets }: LocalVolumes,
): Record<string, string> {
  const replaced = (name: string, value: string): string => {
    if (!value.startsWith('/')) return value;
    // A volume may be mounted within another one: the innermost counts.
    const mounted = [...template.folders, ...template.secrets, ...template.absent]
      .filter(({ mountPath }) => isBelow(value, mountPath))
      .sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
    if (mounted === undefined) return value;
    const path = value.slice(mounted.mountPath.length + 1);
    if ('volume' in mounted) return join(dir, mounted.volume, path);
    const what = `${template.kind} ${template.deployment} (${template.file}) reads ${name} from ${value}`;
    if ('kind' in mounted)
      throw new MusterError(
        'bad-input',
        `${what}, on a ${mounted.kind}, of which this machine has none; set the variable to a path that is here`,
      );
    const given = Object.hasOwn(secrets, mounted.secret) ? secrets[mounted.secret] : undefined;
    if (given === undefined) {
      throw new MusterError(
        'bad-input',
        `${what}, which is in the Secret ${mounted.secret}, and this machine has no Secrets; give a folder that holds its keys as files`,
      );
    }
    return join(given, mounted.items.find((item) => item.path === path)?.key ?? path);
  };
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, replaced(name, value)]));
}
