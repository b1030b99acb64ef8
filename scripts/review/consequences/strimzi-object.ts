import { sources } from '../../../constructs/model/rule.js';
import { schemaProblems, type Schema } from '../../../constructs/model/schema.js';
import strimzi from '../../../constructs/model/schemas/strimzi-1.2.0.json' with { type: 'json' };
import type { ResourceChange } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { listed } from './strimzi-words.js';
import { fieldsAt, judged } from './workload-fields.js';

const schemas: Readonly<Record<string, Schema>> = (strimzi as { readonly kinds: Record<string, Schema> }).kinds;

/** What any object of Strimzi's has: the version of its API. */
export const strimziObjectReviewer: Reviewer = {
  kinds: Object.keys(schemas).map((key) => key.slice(key.lastIndexOf('/') + 1)),
  judge: (change) => (change.how === 'changed' ? apiVersion(change) : []),
};

function apiVersion(change: ResourceChange): Judged[] {
  const fields = fieldsAt(change, ['apiVersion']);
  const { before, after } = change;
  if (fields.length === 0 || before === undefined || after === undefined) return [];
  const schema = Object.entries(schemas).find(([key]) => key === `${after.apiVersion}/${after.kind}`)?.[1];
  if (schema === undefined)
    return [
      judged(fields, {
        id: 'strimzi-api-version-gone',
        grade: 'refused',
        consequence: `The API server refuses it: Strimzi 1.x does not serve ${after.apiVersion} of ${after.kind}.`,
        source: 'https://github.com/strimzi/strimzi-kafka-operator/blob/1.2.0/CHANGELOG.md#100',
        action: 'Write kafka.strimzi.io/v1.',
      }),
    ];
  const dropped = schemaProblems(schema, after).filter(({ kind }) => kind === 'unknown');
  const paths = dropped.map(({ path }) => path).filter((path) => path.startsWith('spec'));
  return [
    judged(
      fields,
      paths.length > 0
        ? {
            id: 'strimzi-fields-pruned',
            grade: 'refused',
            consequence: `${after.apiVersion} has no ${listed(paths)}: kubectl refuses the object, and what does not validate strictly (server-side apply, Argo CD) drops ${paths.length === 1 ? 'it' : 'them'} without a word.`,
            source: sources.strimzi,
            action: 'Convert the file with the Strimzi API conversion tool, or move the fields by hand; muster check says where to.',
          }
        : {
            id: 'strimzi-api-version',
            grade: 'safe',
            consequence: `${after.kind} ${after.metadata.name} is the same object in ${after.apiVersion}: every field that it has is there. Its operator must be Strimzi 0.49 or later.`,
            source: sources.strimzi,
          },
    ),
  ];
}
