import { isRecord } from '../../constructs/model/resource.js';
import { kubernetesDefault, podDefault } from './defaults-kubernetes.js';
import { kafkaDefault, strimziDefault } from './defaults-strimzi.js';
import { below, entry, inPod, type Place, type Surroundings } from './place.js';
import { identical, isOption, sameScalar } from './values.js';

/** The value a field has where nobody wrote it; undefined: none, or none that the manifests tell. */
export function defaultAt(place: Place, surroundings: Surroundings): unknown {
  const { kind, pattern } = place;
  const podPattern = inPod(kind, pattern);
  const known =
    (podPattern === undefined ? undefined : podDefault(podPattern)) ?? kubernetesDefault(kind, pattern) ?? strimziDefault(kind, pattern);
  const value = typeof known === 'function' ? known(surroundings.parent) : known;
  return value ?? kafkaDefault(place, surroundings);
}

/** Maps and lists that say nothing when they are empty. Others do: `emptyDir: {}`, `podSelector: {}`, `userOperator: {}`. */
const nothingWhenEmpty = new Set(
  (
    'labels annotations config env args command volumes volumeMounts resources requests limits securityContext nodeSelector tolerations ' +
    'imagePullSecrets strategy updateStrategy rollingUpdate matchLabels matchExpressions finalizers initContainers metadata data stringData ' +
    'envFrom hostAliases jvmOptions topologySpreadConstraints'
  ).split(' '),
);

export const saysNothingWhenEmpty = ({ key, pattern }: Place): boolean => nothingWhenEmpty.has(key) && !pattern.endsWith('[]');

/** Whether a value that only one side has is what the other has anyway. `surroundings` are those of the side that does not say it. */
export function isDefault(place: Place, value: unknown, surroundings: Surroundings): boolean {
  if (value === undefined || value === null) return true;
  // The API leaves empty lists out (omitempty): they mean the same as none.
  if (isEmpty(value) && (Array.isArray(value) || saysNothingWhenEmpty(place))) return true;
  const byDefault = defaultAt(place, surroundings);
  if (byDefault !== undefined) return same(place, value, byDefault);
  if (!isRecord(value) || isEmpty(value)) return false;
  return Object.keys(value).every((name) => isDefault(below(place, name), value[name], { ...surroundings, parent: value }));
}

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;

/** Kafka's largest numbers are larger than what YAML's can tell exactly. */
function same(place: Place, value: unknown, byDefault: unknown): boolean {
  if (sameScalar(place, value, byDefault)) return true;
  if (isOption(place) && typeof byDefault === 'number') return value !== '' && Number(value) === byDefault;
  if (isRecord(byDefault) && isRecord(value)) {
    const names = Object.keys(value);
    const alike = (name: string): boolean => sameScalar(below(place, name), value[name], byDefault[name]);
    return names.length === Object.keys(byDefault).length && names.every(alike);
  }
  return Array.isArray(byDefault) && Array.isArray(value) && identical([...value].sort(), [...(byDefault as unknown[])].sort());
}

/** An entry of a list with what it leaves out filled in, as far as it has defaults of its own; for lists whose entries are compared whole. */
export function withDefaults(place: Place, value: unknown, surroundings: Surroundings): unknown {
  if (Array.isArray(value)) return value.map((item, i): unknown => withDefaults(entry(place, i), item, { ...surroundings, parent: value }));
  if (!isRecord(value)) return value;
  const inside = { ...surroundings, parent: value };
  const kept = Object.entries(value).filter(([name, one]) => !isDefault(below(place, name), one, inside));
  return Object.fromEntries(kept.map(([name, one]) => [name, withDefaults(below(place, name), one, inside)]));
}
