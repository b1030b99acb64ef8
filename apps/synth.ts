import { Yaml } from 'cdk8s';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { checkResources } from '../constructs/model/check.js';
import { MusterError } from '../constructs/model/error.js';
import type { Finding } from '../constructs/model/finding.js';
import type { Resource } from '../constructs/model/resource.js';
import { didYouMean } from '../constructs/model/suggest.js';
import { resourcesBelow } from '../constructs/validation.js';
import { workerContracts } from '../constructs/worker-environment.js';
import { declare, environmentNames } from './environments.js';

export { environmentNames };

export interface SynthOptions {
  /** Names of environments. @default all of them */
  readonly environments?: readonly string[];
  /** Folder that gets one folder an environment. What other files it holds stay. */
  readonly out: string;
}

export interface Synthesised {
  /** Files written, below `out` and beginning with it, in order; none when a finding is an error. */
  readonly written: readonly string[];
  /** What the rules found, in the order of environments; `file` is where the object stands or would stand. */
  readonly findings: readonly Finding[];
}

/** Kinds in the order in which an API server wants them; others come last. The number is part of the file name: `oc apply -R` goes by it. */
const order = ['Namespace', 'ResourceQuota', 'KafkaNodePool', 'Kafka', 'KafkaTopic', 'ServiceAccount', 'Deployment'];

function fileNameOf({ kind, metadata }: Resource): string {
  const position = order.includes(kind) ? order.indexOf(kind) : order.length;
  return `${position}0-${kind.toLowerCase()}-${metadata.name}.yaml`;
}

/**
 * Writes `out/ENV/…`, one resource a file, with stable names and order. The rules see each environment as a whole first: when one of
 * level error fails in any of them, nothing is written. A folder is replaced at once or not at all.
 * @throws MusterError `bad-input` for an unknown environment, or a folder that cannot be written.
 */
export function synthesise({ environments = environmentNames, out }: SynthOptions): Synthesised {
  const synthesised = environments.map((name) => {
    const app = declare(name);
    if (app === undefined) {
      throw new MusterError(
        'bad-input',
        `there is no environment "${name}"${didYouMean(name, environmentNames)}: choose from ${environmentNames.join(', ')}`,
      );
    }
    const folder = join(out, name);
    const files = resourcesBelow(app)
      .map((resource) => ({ name: fileNameOf(resource), resource }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      name,
      folder,
      files,
      findings: checkResources(
        files.map((file) => ({ ...file.resource, file: join(folder, file.name) })),
        { contracts: workerContracts },
      ),
    };
  });

  const findings = synthesised.flatMap((environment) => environment.findings);
  if (findings.some(({ severity }) => severity === 'error')) return { written: [], findings };
  for (const { name, folder, files } of synthesised) {
    replaceFolder(
      folder,
      name,
      files.map((file) => ({ name: file.name, text: Yaml.stringify(file.resource) })),
    );
  }
  return { written: synthesised.flatMap(({ folder, files }) => files.map((file) => join(folder, file.name))), findings };
}

/** The new content is complete beside the folder before it takes its place by a rename. */
function replaceFolder(folder: string, name: string, files: readonly { name: string; text: string }[]): void {
  const parent = dirname(resolve(folder));
  let staging: string | undefined;
  try {
    mkdirSync(parent, { recursive: true });
    staging = mkdtempSync(join(parent, `.${name}-`));
    const fresh = join(staging, 'new');
    mkdirSync(fresh);
    for (const file of files) writeFileSync(join(fresh, file.name), file.text);
    mkdirSync(folder, { recursive: true });
    renameSync(folder, join(staging, 'old'));
    renameSync(fresh, folder);
  } catch (error) {
    throw new MusterError('bad-input', `cannot write ${folder}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    if (staging !== undefined) rmSync(staging, { recursive: true, force: true });
  }
}
