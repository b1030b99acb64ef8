import { textAt } from '../../../constructs/model/resource.js';
import { clusterOperator } from '../../../constructs/model/rule.js';
import { metadataVersionOf, releaseNumbers, versionPairProblem } from '../../../constructs/model/versions.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { clusterFor, restartOf } from './kafka-cluster.js';
import { sentences } from './strimzi-words.js';
import { fieldsAt, judged } from './workload-fields.js';

const upgrading = 'https://strimzi.io/docs/operators/1.2.0/deploying.html#assembly-upgrade-str';
const changing = clusterOperator('operator/assembly/KRaftVersionChangeCreator');

/** Negative, zero or positive as one version of Kafka, or of its metadata, is before, with or after the other. */
function compared(one: string, other: string): number {
  const numbers = (version: string): number[] => version.split(/\D+/).filter(Boolean).map(Number);
  const [a, b] = [numbers(one), numbers(other)];
  for (let i = 0; i < Math.max(a.length, b.length); i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) - (b[i] ?? 0);
  return 0;
}

/** The metadata version a Kafka runs with: the one it says, else that of its version. */
const metadataOf = (version: string | undefined, said: string | undefined): string | undefined =>
  said ?? (version === undefined ? undefined : metadataVersionOf(version));

export function versionConsequences(change: ResourceChange, states: States): Judged[] {
  const [was, is] = [clusterFor(states.base, change.before), clusterFor(states.head, change.after)];
  if (was === undefined || is === undefined) return [];
  const [from, to] = [was.version, is.version];
  const [oldMetadata, newMetadata] = [was, is].map(({ resource }) => textAt(resource, 'spec', 'kafka', 'metadataVersion'));
  const now = metadataOf(from, oldMetadata);
  const fields = fieldsAt(change, ['spec', 'kafka', 'version']);
  const found: Judged[] = [];
  if (fields.length > 0) {
    const problem = to === undefined ? undefined : versionPairProblem(is.strimziVersion, to);
    const follows = newMetadata === undefined && to !== undefined ? metadataVersionOf(to) : undefined;
    found.push(
      problem !== undefined
        ? judged(fields, {
            id: 'kafka-version-unsupported',
            grade: 'refused',
            consequence: `The operator refuses, and leaves the whole Kafka as it is: ${problem}.`,
            source: clusterOperator('model/KafkaVersion'),
          })
        : from !== undefined && to !== undefined && compared(to, from) < 0
          ? downgrade(fields, from, to, now, states, change)
          : judged(fields, {
              id: 'kafka-version-up',
              grade: 'rolling',
              consequence: sentences(
                `Kafka goes from ${from ?? 'the newest its operator knew'} to ${to ?? 'the newest its operator knows'}. ${restartOf(states.head, is)}`,
                follows !== undefined && follows !== now
                  ? `Without spec.kafka.metadataVersion the metadata follows to ${follows} as soon as all run: from then on there is no way back to ${from ?? 'the version before'}.`
                  : now !== undefined && `The metadata stays at ${newMetadata ?? now} for now, so the way back is open.`,
              ),
              source: upgrading,
              ...(follows !== undefined &&
                follows !== now && {
                  action: `Set metadataVersion: ${now ?? ''} with this change, and raise it when the new version has proved itself.`,
                }),
            }),
    );
  }
  const metadataFields = fieldsAt(change, ['spec', 'kafka', 'metadataVersion']);
  const wanted = metadataOf(to, newMetadata);
  if (metadataFields.length > 0 && now !== undefined && wanted !== undefined) found.push(metadataStep(metadataFields, now, wanted, to));
  return found;
}

function downgrade(
  fields: Judged['explains'],
  from: string,
  to: string,
  metadata: string | undefined,
  { head }: States,
  change: ResourceChange,
): Judged {
  const highest = metadataVersionOf(to);
  const isTooNew = metadata !== undefined && highest !== undefined && compared(metadata, highest) > 0;
  return isTooNew
    ? judged(fields, {
        id: 'kafka-version-down',
        grade: 'refused',
        consequence: `There is no way back from ${from} to ${to}: the metadata is at ${metadata}, above the ${highest} that ${to} knows, and the operator stops with an error. The brokers stay at ${from}.`,
        source: changing,
        action: `Leave version at ${from}.`,
      })
    : judged(fields, {
        id: 'kafka-version-back',
        grade: 'rolling',
        consequence: `Kafka goes back from ${from} to ${to}: possible, because the metadata is still at ${metadata ?? 'a version that it knows'}. ${restartOf(head, clusterFor(head, change.after))}`,
        source: changing,
      });
}

function metadataStep(fields: Judged['explains'], now: string, wanted: string, version: string | undefined): Judged {
  const said = { path: 'spec.kafka.metadataVersion', before: now, after: wanted };
  const highest = version === undefined ? undefined : metadataVersionOf(version);
  if (releaseNumbers(wanted) === undefined)
    return judged(fields, {
      ...said,
      id: 'kafka-metadata-invalid',
      grade: 'refused',
      consequence: `"${wanted}" is no metadata version: the operator stops with an error.`,
      source: clusterOperator('model/KafkaCluster'),
    });
  if (highest !== undefined && compared(wanted, highest) > 0)
    return judged(fields, {
      ...said,
      id: 'kafka-metadata-above',
      grade: 'refused',
      consequence: `The operator ignores it with a line in its log: Kafka ${version ?? ''} knows metadata up to ${highest}, and stays at ${now}.`,
      source: changing,
      action: 'Raise version first, and this when all brokers run it.',
    });
  if (compared(wanted, now) < 0)
    return judged(fields, {
      ...said,
      id: 'kafka-metadata-down',
      grade: 'refused',
      consequence: `Metadata does not go back from ${now} to ${wanted} where that loses something Kafka has written: the operator asks for a safe downgrade only, and warns (MetadataUpdateFailed) when Kafka refuses.`,
      source: clusterOperator('operator/assembly/KRaftMetadataManager'),
      action: `Leave it at ${now}.`,
    });
  if (compared(wanted, now) === 0)
    return judged(fields, {
      ...said,
      id: 'kafka-metadata-same',
      grade: 'safe',
      consequence: `The metadata stays at ${now}.`,
      source: changing,
    });
  return judged(fields, {
    ...said,
    id: 'kafka-metadata-up',
    grade: 'safe',
    consequence: `The metadata goes from ${now} to ${wanted} while the brokers run. There is no way back to a Kafka that does not know it.`,
    source: clusterOperator('operator/assembly/KRaftMetadataManager'),
    action: 'Apply it when the new version has proved itself.',
  });
}
