import { MusterError } from './error.js';

/** The Strimzi version whose CRDs this toolkit carries, and which it assumes when nobody names one. */
export const defaultStrimziVersion = '1.2.0';

/**
 * Kafka versions each Strimzi release runs, oldest first; `x` stands for every patch release.
 * Source: kafka-versions.yaml of each release.
 */
const kafkaOf: Readonly<Record<string, readonly string[]>> = {
  '0.49': ['4.0.x', '4.1.0', '4.1.1'],
  '0.50': ['4.0.x', '4.1.0', '4.1.1'],
  '0.51': ['4.1.x', '4.2.0'],
  '1.0': ['4.1.x', '4.2.0'],
  '1.1': ['4.2.x', '4.3.0'],
  '1.2': ['4.2.0', '4.2.1', '4.3.0', '4.3.1'],
};

/** KRaft metadata version of each Kafka release that carries one of its own. */
const metadataOf: Readonly<Record<string, string>> = { '4.0': '4.0-IV3', '4.1': '4.1-IV1', '4.2': '4.2-IV1', '4.3': '4.3-IV0' };

const release = (version: string): string => version.split('.').slice(0, 2).join('.');

/** The Kafka versions a Strimzi version runs; empty when the release is not known here. */
export function kafkaVersionsOf(strimzi: string): readonly string[] {
  return kafkaOf[release(strimzi)] ?? [];
}

/** Strimzi releases that run a Kafka version, oldest first. */
export function strimziVersionsFor(kafka: string): readonly string[] {
  return Object.keys(kafkaOf).filter((strimzi) => runs(strimzi, kafka));
}

function runs(strimzi: string, kafka: string): boolean {
  return kafkaVersionsOf(strimzi).some(
    (version) => version === kafka || (version.endsWith('.x') && release(version) === release(kafka) && /^\d+\.\d+\.\d+$/.test(kafka)),
  );
}

/** What is wrong with the pair, as a sentence that says what to change; undefined when Strimzi runs this Kafka. */
export function versionPairProblem(strimzi: string, kafka: string): string | undefined {
  const known = kafkaVersionsOf(strimzi);
  if (known.length === 0) return `strimzi ${strimzi} is not a release this toolkit knows: use one of ${Object.keys(kafkaOf).join(', ')}`;
  if (runs(strimzi, kafka)) return undefined;
  const others = strimziVersionsFor(kafka);
  const instead = others.length > 0 ? `, or run Strimzi ${others.join(' or ')}, which knows ${kafka}` : '';
  return `strimzi ${strimzi} does not run Kafka ${kafka}: set the version to one of ${known.join(', ')}${instead}`;
}

/** The newest Kafka version a Strimzi version runs. */
export function newestKafka(strimzi: string): string {
  const newest = kafkaVersionsOf(strimzi).at(-1);
  if (newest === undefined) throw new MusterError('bad-input', versionPairProblem(strimzi, '') ?? '');
  return newest.replace(/x$/, '0');
}

/** The KRaft metadata version that belongs to a Kafka version: `4.3-IV0` for 4.3.1. */
export function metadataVersionOf(kafka: string): string | undefined {
  return metadataOf[release(kafka)];
}

/** `[4, 3]` of `4.3-IV0`, `4.3` and `4.3.1`; undefined when it is no version. */
export function releaseNumbers(version: string): readonly [number, number] | undefined {
  const match = /^(\d+)\.(\d+)(?:-IV\d+|\.\d+)?$/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}
