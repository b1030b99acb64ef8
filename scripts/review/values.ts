import { isRecord } from '../../constructs/model/resource.js';
import { parseQuantity } from '../../constructs/model/units.js';
import type { Place } from './place.js';

/** Maps whose values are quantities of Kubernetes: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const quantityMaps = new Set(['requests', 'limits', 'hard', 'default', 'defaultRequest', 'min', 'max', 'capacity']);
const quantityFields = new Set(['size', 'sizeLimit', 'tmpDirSizeLimit', 'divisor', 'averageValue']);

const isQuantity = ({ key, within }: Place): boolean =>
  quantityFields.has(key) || quantityMaps.has(within.slice(Math.max(within.lastIndexOf('.'), within.lastIndexOf(']')) + 1));

/** Kafka's options, which its properties write as text whatever they are. */
export const isOption = ({ within }: Place): boolean => within === 'config' || within.endsWith('.config');

const isJvmSize = ({ key }: Place): boolean => key === '-Xmx' || key === '-Xms';

/** Whether two plain values mean the same where they stand: 1Gi and 1024Mi, 3 and "3" in a `config`. */
export function sameScalar(place: Place, one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  if (isQuantity(place)) {
    const [a, b] = [quantity(one), quantity(other)];
    return a !== undefined && a === b;
  }
  if (isOption(place)) return sameOption(place.key, one, other);
  if (isJvmSize(place)) {
    const [a, b] = [jvmBytes(one), jvmBytes(other)];
    return a !== undefined && a === b;
  }
  return false;
}

const quantity = (value: unknown): number | undefined =>
  typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined;

function sameOption(name: string, one: unknown, other: unknown): boolean {
  const [a, b] = [optionText(one), optionText(other)];
  if (a === undefined || b === undefined) return false;
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return Number(a) === Number(b);
  // A list, and each of its entries is on or off.
  return name.endsWith('cleanup.policy') && entries(a) === entries(b);
}

/** As an option's value is written into a file of properties; undefined for what is no value. */
function optionText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value).trim() : undefined;
}

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text) && (text.includes('.') || Number.isSafeInteger(Number(text)));

const entries = (text: string): string =>
  text
    .split(',')
    .map((part) => part.trim())
    .sort()
    .join();

/** Bytes of -Xmx and -Xms: 1g is 1024m. https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html */
function jvmBytes(value: unknown): number | undefined {
  const match = /^(\d+)([kmgt]?)$/i.exec(String(value));
  return match === null ? undefined : Number(match[1]) * 1024 ** ' kmgt'.indexOf((match[2] ?? '').toLowerCase() || ' ');
}

/** Deep equality of what came from YAML; order of keys does not count, order in lists does. */
export function identical(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) return Array.isArray(other) && one.length === other.length && one.every((item, i) => identical(item, other[i]));
  if (!isRecord(one) || !isRecord(other)) return typeof one === 'number' && Number.isNaN(one) && Number.isNaN(other);
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && identical(one[name], other[name]))
  );
}
