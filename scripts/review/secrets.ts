import { isRecord, recordAt, type Resource } from '../../constructs/model/resource.js';
import type { FieldChange } from './change.js';

/** What stands for a value that must not be shown. */
export const hidden = '(hidden)';

/** The keys of a Secret whose values changed; never the values. `stringData` is written over `data`, as the API server does it. */
export function secretFields(before: Resource, after: Resource): FieldChange[] {
  const [one, other] = [valuesOf(before), valuesOf(after)];
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return names
    .filter((name) => one.get(name) !== other.get(name))
    .map((name) => ({
      steps: ['data', name],
      path: `data.${name}`,
      before: one.has(name) ? hidden : undefined,
      after: other.has(name) ? hidden : undefined,
    }));
}

function valuesOf(secret: Resource): Map<string, string> {
  const data = Object.entries(recordAt(secret, 'data')).map(([name, value]): [string, string] => [name, decoded(value)]);
  const plain = Object.entries(recordAt(secret, 'stringData')).map(([name, value]): [string, string] => [name, String(value)]);
  return new Map([...data, ...plain]);
}

const decoded = (value: unknown): string => (typeof value === 'string' ? Buffer.from(value, 'base64').toString('latin1') : String(value));

const secretName = /passw(or)?d|passphrase|secret|token|api_?key|private_?key|credential|jaas/i;
/** Names that speak of secrets and hold none: references, and options about tokens. */
const harmless =
  /^(secretName|secretRef|secretKeyRef|.*(Secret|Ref|Name|File|Path|_FILE|_PATH|_MS|\.ms|_URL|type|enabled|algorithm|location))$/;
const namesSecret = (name: string): boolean => secretName.test(name) && !harmless.test(name);

/** A value as it may be shown: what a name says is secret, and the password in a URL, are not. `path` is that of the value. */
export function redacted(value: unknown, path = ''): unknown {
  const name = /(?:\[([^\]]+)\])?\.?value$/.exec(path)?.[1] ?? path.slice(Math.max(path.lastIndexOf('.'), path.lastIndexOf(']')) + 1);
  return redact(value, name);
}

function redact(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, name));
  if (isRecord(value)) {
    // An entry of `env` has its name beside its value.
    const own = typeof value['name'] === 'string' ? value['name'] : undefined;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redact(inner, key === 'value' && own ? own : key)]));
  }
  if (typeof value !== 'string') return value;
  if (value !== '' && !value.startsWith('${') && namesSecret(name)) return hidden;
  return value.replace(/(\/\/[^/\s:@]+:)[^/\s@]+@/g, `$1${hidden}@`);
}
