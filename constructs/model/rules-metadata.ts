import type { Finding } from './finding.js';
import { isRecord, shown, type Resource } from './resource.js';
import { finding, type RuleFacts } from './rule.js';

export const metadataFacts = {
  id: 'metadata-not-text',
  severity: 'error',
  source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/',
  what: 'a label, annotation or namespace that is no text',
  covers: [],
} as const satisfies RuleFacts;

/** The object with a namespace that is text or none, so that everything may compare it. */
export function withReadableNamespace(resource: Resource): Resource {
  const { namespace, ...metadata } = resource.metadata;
  return namespace === undefined || typeof namespace === 'string' ? resource : { ...resource, metadata };
}

/** Metadata that YAML did not read as the text it was meant to be: `true`, `5`, `1.0`. */
export function metadataFindings(resources: readonly Resource[]): Finding[] {
  return resources.flatMap((resource) => {
    const say = (path: string, message: string): Finding =>
      finding(metadataFacts, withReadableNamespace(resource), path, `${path} is ${message}`);
    const notText = (path: string, value: unknown): Finding[] =>
      value === undefined || value === null || typeof value === 'string'
        ? []
        : [say(path, `${shown(value)}, which YAML does not read as text: the API server refuses the object; quote it: "${shown(value)}"`)];
    const { namespace, labels, annotations } = resource.metadata;
    const maps: Readonly<Record<string, unknown>> = { 'metadata.labels': labels, 'metadata.annotations': annotations };
    return [
      ...notText('metadata.namespace', namespace),
      ...Object.entries(maps).flatMap(([path, map]) => {
        if (map === undefined || map === null) return [];
        if (!isRecord(map))
          return [say(path, `${shown(map)}, no map of names to texts: the API server refuses the object; write name: "text" below it`)];
        return Object.entries(map).flatMap(([name, value]) => notText(`${path}.${name}`, value));
      }),
    ];
  });
}
