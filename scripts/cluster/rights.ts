import { MusterError } from '../../constructs/model/error.js';
import { isSilence, type ClusterTool } from './tool.js';

/** Something that will be done, in the words of `auth can-i`. */
export interface Right {
  readonly verb: string;
  /** `deployments.apps`, `pods/exec`. */
  readonly resource: string;
  /** @default that of the tool; '' for what is in no namespace */
  readonly namespace?: string;
  /** What for: `to scale`. */
  readonly why: string;
}

export function argumentsOf({ verb, resource, namespace }: Right, fallback: string): string[] {
  const [kind = '', subresource] = resource.split('/');
  const where = namespace ?? fallback;
  return [
    'auth',
    'can-i',
    verb,
    kind,
    ...(subresource === undefined ? [] : [`--subresource=${subresource}`]),
    ...(where === '' ? [] : ['-n', where]),
  ];
}

/**
 * Asks for each right, before anything is done.
 * @throws MusterError `bad-input` naming all that is missing, with what each is needed for
 */
export async function refuseWithout(tool: ClusterTool, rights: readonly Right[]): Promise<void> {
  const missing: Right[] = [];
  await Promise.all(
    rights.map(async (right) => {
      try {
        await tool.run(argumentsOf(right, tool.namespace));
      } catch (error) {
        // "no" is exit code 1 with nothing on standard error.
        if (isSilence(error)) throw error;
        missing.push(right);
      }
    }),
  );
  if (missing.length === 0) return;
  const named = rights
    .filter((right) => missing.includes(right))
    .map(({ verb, resource, namespace, why }) => `${verb} ${resource} in ${namespace ?? tool.namespace} (${why})`);
  throw new MusterError(
    'bad-input',
    `you may not do what this drill does; missing: ${named.join('; ')}. Nothing was changed. Ask for a Role that allows it; "${tool.spell(argumentsOf(missing[0] ?? { verb: '', resource: '', why: '' }, tool.namespace))}" checks one`,
  );
}
