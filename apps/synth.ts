import { Yaml } from 'cdk8s';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
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
  /** Image of the workers, with a tag or a digest. @default the environment's own */
  readonly image?: string;
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
const order: readonly (readonly string[])[] = [
  ['Namespace'],
  ['ResourceQuota', 'OperatorGroup', 'Subscription'],
  ['KafkaNodePool'],
  ['Kafka'],
  ['KafkaTopic', 'KafkaUser'],
  ['BuildConfig', 'ImageStream', 'NetworkPolicy', 'PodDisruptionBudget', 'Route', 'Service', 'ServiceAccount', 'TriggerAuthentication'],
  ['Deployment', 'Job', 'KafkaBridge', 'KafkaConnect', 'KafkaMirrorMaker2', 'StatefulSet'],
];

function fileNameOf({ kind, metadata }: Resource): string {
  const found = order.findIndex((kinds) => kinds.includes(kind));
  return `${found === -1 ? order.length : found}0-${kind.toLowerCase()}-${metadata.name}.yaml`;
}

/**
 * Writes `out/ENV/…`, one resource a file, with stable names and order. The rules see each environment as a whole first: when one of
 * level error fails in any of them, nothing is written. A folder is replaced as a whole.
 * @throws MusterError `bad-input` for an unknown environment, an image without a version, or a folder that cannot be written.
 */
export function synthesise({ environments = environmentNames, image, out }: SynthOptions): Synthesised {
  const synthesised = [...new Set(environments)].map((name) => {
    const declared = declare(name, image);
    if (declared === undefined) {
      throw new MusterError(
        'bad-input',
        `there is no environment "${name}"${didYouMean(name, environmentNames)}: choose from ${environmentNames.join(', ')}`,
      );
    }
    const folder = join(out, name);
    const files = resourcesBelow(declared.app)
      .map((resource) => ({ name: fileNameOf(resource), resource }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      name,
      folder,
      files,
      findings: checkResources(
        files.map((file) => ({ ...file.resource, file: join(folder, file.name) })),
        { contracts: workerContracts, target: declared.target },
      ),
    };
  });

  const findings = synthesised.flatMap((environment) => environment.findings);
  if (findings.some(({ severity }) => severity === 'error')) return { written: [], findings };
  replaceFolders(
    synthesised.map(({ folder, files }) => ({
      folder,
      files: files.map(({ name, resource }) => ({ name, text: Yaml.stringify(resource) })),
    })),
  );
  return { written: synthesised.flatMap(({ folder, files }) => files.map((file) => join(folder, file.name))), findings };
}

interface Folder {
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

/** Everything new is complete, beside the folders, before the first of them is replaced by a rename. */
function replaceFolders(folders: readonly Folder[]): void {
  const staged: { folder: string; staging: string }[] = [];
  try {
    for (const { folder, files } of folders) {
      refuseStrangers(folder);
      const parent = dirname(resolve(folder));
      mkdirSync(parent, { recursive: true });
      const staging = mkdtempSync(join(parent, `.${basename(folder)}-`));
      staged.push({ folder, staging });
      mkdirSync(join(staging, 'new'));
      for (const { name, text } of files) writeFileSync(join(staging, 'new', name), text);
    }
    for (const { folder, staging } of staged) {
      const old = join(staging, 'old');
      if (existsSync(folder)) renameSync(folder, old);
      try {
        renameSync(join(staging, 'new'), folder);
      } catch (error) {
        if (existsSync(old) && !existsSync(folder)) renameSync(old, folder);
        throw error;
      }
    }
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw new MusterError('bad-input', `cannot write the manifests: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    for (const { staging } of staged) rmSync(staging, { recursive: true, force: true });
  }
}

/** The whole folder is replaced, so it must hold nothing that synthesis did not put there. */
function refuseStrangers(folder: string): void {
  if (!existsSync(folder)) return;
  const stranger = readdirSync(folder).find((name) => !/^\d{2,}-[a-z]+-.+\.yaml$/.test(name));
  if (stranger !== undefined) {
    throw new MusterError(
      'bad-input',
      `${join(folder, stranger)} was not written by synth, and would be lost with the folder it replaces: move it, or write to another folder`,
    );
  }
}
