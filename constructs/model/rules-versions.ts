import { textAt } from './resource.js';
import { clusterOperator, rule, type Rule, type Subject } from './rule.js';
import { annotation, strimziOf, type ClusterView, type System } from './system.js';
import { defaultStrimziVersion, kafkaVersionsOf, metadataVersionOf, releaseNumbers, versionPairProblem } from './versions.js';

const clusters = (system: System): readonly ClusterView[] => system.clusters;

/** The number of the last metadata version of each release; the first that Kafka 4 knows is 3.3-IV3. */
const lastMetadata: Readonly<Record<string, number>> = {
  '3.3': 3,
  '3.4': 0,
  '3.5': 2,
  '3.6': 2,
  '3.7': 4,
  '3.8': 0,
  '3.9': 0,
  '4.0': 3,
  '4.1': 1,
  '4.2': 1,
  '4.3': 0,
};

/** A metadata version of one cluster, beside the Kafka that will read it. */
interface MetadataView extends Subject {
  readonly metadata: string;
  readonly kafka: string;
}

const metadataVersions = (system: System): MetadataView[] =>
  system.clusters.flatMap(({ resource, version, strimziVersion }): MetadataView[] => {
    const metadata = textAt(resource, 'spec', 'kafka', 'metadataVersion');
    const kafka = version ?? kafkaVersionsOf(strimziVersion).at(-1)?.replace(/x$/, '0');
    return metadata === undefined || kafka === undefined ? [] : [{ resource, metadata, kafka }];
  });

function isMetadataVersion(text: string): boolean {
  const match = /^(\d+\.\d+)(?:-IV(\d+)|\..*)?$/.exec(text);
  if (match === null) return false;
  const release = match[1] ?? '';
  const numbers = releaseNumbers(release);
  if (numbers === undefined || numbers[0] < 3 || (numbers[0] === 3 && numbers[1] < 3)) return false;
  if (release === '3.3' && match[2] !== '3') return match[2] === undefined;
  // Of a release not known here the operator may know more.
  return match[2] === undefined || Number(match[2]) <= (lastMetadata[release] ?? Infinity);
}

/** Negative, zero or positive as the metadata's release is older than the Kafka's, the same, or newer; undefined when one is none. */
function compareReleases({ metadata, kafka }: MetadataView): number | undefined {
  const [have, allowed] = [releaseNumbers(metadata), releaseNumbers(kafka)];
  if (!isMetadataVersion(metadata) || have === undefined || allowed === undefined) return undefined;
  return have[0] - allowed[0] || have[1] - allowed[1];
}

/** A Kafka Connect of some kind, with its version. */
interface ConnectView extends Subject {
  readonly version: string;
  readonly strimziVersion: string;
}

const connects = (system: System): ConnectView[] =>
  strimziOf(system, 'KafkaConnect', 'KafkaMirrorMaker2').flatMap((resource): ConnectView[] => {
    const version = textAt(resource, 'spec', 'version');
    const strimziVersion = annotation(resource, 'muster.dev/strimzi-version') ?? defaultStrimziVersion;
    return version === undefined ? [] : [{ resource, version, strimziVersion }];
  });

export const versionRules: readonly Rule[] = [
  rule<ClusterView>({
    id: 'kafka-version-unsupported',
    severity: 'error',
    source: clusterOperator('model/KafkaVersion'),
    covers: ['kafka-version'],
    subjects: clusters,
    broken: ({ version, strimziVersion }) => version !== undefined && versionPairProblem(strimziVersion, version) !== undefined,
    path: 'spec.kafka.version',
    message: ({ version = '', strimziVersion }) => versionPairProblem(strimziVersion, version) ?? '',
  }),
  rule<ConnectView>({
    id: 'connect-version-unsupported',
    severity: 'error',
    source: clusterOperator('model/KafkaVersion'),
    covers: ['connect-version'],
    subjects: connects,
    broken: ({ version, strimziVersion }) => versionPairProblem(strimziVersion, version) !== undefined,
    path: 'spec.version',
    message: ({ version, strimziVersion }) => versionPairProblem(strimziVersion, version) ?? '',
  }),
  rule<MetadataView>({
    id: 'metadata-version-invalid',
    severity: 'error',
    source: clusterOperator('model/KafkaCluster'),
    covers: ['metadata-version-invalid'],
    subjects: metadataVersions,
    broken: ({ metadata }) => !isMetadataVersion(metadata),
    path: 'spec.kafka.metadataVersion',
    message: ({ metadata, kafka }) =>
      `metadataVersion is "${metadata}", which is no metadata version from 3.3-IV3 up: the operator refuses the cluster; write ${metadataVersionOf(kafka) ?? 'that of the Kafka version'}, or leave it out`,
  }),
  rule<MetadataView>({
    id: 'metadata-version-above-kafka',
    severity: 'warning',
    source: clusterOperator('operator/assembly/KRaftVersionChangeCreator'),
    covers: ['metadata-version-newer'],
    subjects: metadataVersions,
    broken: (view) => (compareReleases(view) ?? 0) > 0,
    path: 'spec.kafka.metadataVersion',
    message: ({ metadata, kafka }) =>
      `metadataVersion is ${metadata}, which Kafka ${kafka} does not know: Strimzi ignores it and takes another; write ${metadataVersionOf(kafka) ?? 'that of the Kafka version'} or one before it`,
  }),
  rule<MetadataView>({
    id: 'metadata-version-behind',
    severity: 'warning',
    source: clusterOperator('model/KafkaSpecChecker'),
    covers: ['metadata-version-older'],
    subjects: metadataVersions,
    broken: (view) => (compareReleases(view) ?? 0) < 0,
    path: 'spec.kafka.metadataVersion',
    message: ({ metadata, kafka }) =>
      `metadataVersion is ${metadata}, older than Kafka ${kafka}: the operator warns of an upgrade that is not complete, and what the newer metadata brings stays off; once the upgrade proved itself, write ${metadataVersionOf(kafka) ?? 'that of the Kafka version'}`,
  }),
];
