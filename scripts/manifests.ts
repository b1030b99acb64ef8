import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { checkResources } from '../constructs/model/check.js';
import { MusterError } from '../constructs/model/error.js';
import { consumerContract, producerContract } from '../workers/contract.js';
import { isRecord, textAt, type Resource } from '../constructs/model/resource.js';

/** Every YAML file below the paths, in a stable order. */
function yamlFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

/**
 * The Kubernetes objects in a file or below a folder, each with the file it stands in.
 * @throws MusterError `bad-input` when there is nothing to read, a file is not YAML, or a document is no Kubernetes object.
 */
export function readResources(path: string): Resource[] {
  if (!existsSync(path))
    throw new MusterError('bad-input', `there is no ${path}; run "muster synth" first, or name the folder of your manifests`);
  const files = yamlFiles(path);
  const resources = files.flatMap((file) => {
    const shown = relative(process.cwd(), file);
    return parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document): Resource[] => {
      const [error] = document.errors;
      if (error !== undefined) throw new MusterError('bad-input', `${shown} is not valid YAML: ${error.message.split('\n')[0] ?? ''}`);
      const value: unknown = document.toJS();
      if (value === null) return [];
      if (!isResource(value)) {
        throw new MusterError(
          'bad-input',
          `${shown} holds something that is no Kubernetes object: it needs apiVersion, kind and metadata.name`,
        );
      }
      return [{ ...value, file: shown }];
    });
  });
  if (resources.length === 0)
    throw new MusterError('bad-input', `${path} holds no manifests; run "muster synth" first, or name the folder of your manifests`);
  return resources;
}

/**
 * The resources of a folder that is about to be run.
 * @throws MusterError `bad-input` with what a rule of level error finds: nothing is started from manifests a cluster would refuse.
 */
export function readChecked(path: string): Resource[] {
  const resources = readResources(path);
  const errors = checkResources(resources, { contracts: { producer: producerContract, consumer: consumerContract } }).filter(
    (finding) => finding.severity === 'error',
  );
  const [first, ...others] = errors;
  if (first === undefined) return resources;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more: muster check ${path})`;
  throw new MusterError('bad-input', `${first.file ?? path}: ${first.message}${more}`);
}

function isResource(value: unknown): value is Resource {
  return (
    isRecord(value) &&
    [textAt(value, 'apiVersion'), textAt(value, 'kind'), textAt(value, 'metadata', 'name')].every(
      (text) => text !== undefined && text !== '',
    )
  );
}
