import { checkResources } from '../constructs/model/check.js';
import { MusterError } from '../constructs/model/error.js';
import type { Resource } from '../constructs/model/resource.js';
import { contracts } from './check/check.js';
import { readManifestFile, sourcesOf } from './check/files.js';

/**
 * The Kubernetes objects in a file or below a folder, each with the file it stands in: what is going to be run has to be whole, so
 * anything that `muster check` would only note is refused here.
 * @throws MusterError `bad-input` when there is nothing to read, a file is not YAML, or a document is no Kubernetes object.
 */
export function readResources(path: string): Resource[] {
  const cwd = process.cwd();
  const files = sourcesOf([path], cwd).flatMap((source) => source.files.map((file) => readManifestFile(file, cwd)));
  const wrong = files.flatMap(({ findings }) => findings).find(({ rule }) => rule !== 'file-empty');
  if (wrong !== undefined) throw new MusterError('bad-input', `${wrong.file ?? path} ${wrong.message}`);
  const resources = files.flatMap(({ declared }) => declared.map(({ resource }) => resource));
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
  const errors = checkResources(resources, { contracts }).filter((finding) => finding.severity === 'error');
  const [first, ...others] = errors;
  if (first === undefined) return resources;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more: muster check ${path})`;
  throw new MusterError('bad-input', `${first.file ?? path}: ${first.message}${more}`);
}
