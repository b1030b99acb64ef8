import { shown } from './resource.js';
import model from './schemas/kafka-options.json' with { type: 'json' };
import { didYouMean } from './suggest.js';
import { parseDuration, parseSize } from './units.js';

/** Whose options: Kafka keeps a definition of each. */
export type OptionKind = 'broker' | 'topic' | 'producer' | 'consumer' | 'admin' | 'group';

type OptionType = 'boolean' | 'int' | 'short' | 'long' | 'double' | 'string' | 'list' | 'class' | 'password';

/** One option as Kafka's own jars define it; `scripts/schemas/kafka.js` asks them. */
export interface KafkaOption {
  readonly type: OptionType;
  /** Absent: none, or nothing. */
  readonly default?: unknown;
  readonly min?: number;
  readonly max?: number;
  /** One of these; for a list, each entry is. A value with a colon stands for all that begin alike: `by_duration:…`. */
  readonly values?: readonly (string | number)[];
  readonly ignoreCase?: boolean;
  /** A list that must have an entry, or text that must not be empty. */
  readonly notEmpty?: boolean;
  readonly importance: 'high' | 'medium' | 'low';
  /** Whether a running broker takes a new value, for itself or for all; absent: it takes a restart. */
  readonly update?: 'per-broker' | 'cluster-wide';
  /** Kafka's own, and not documented. */
  readonly internal?: boolean;
}

type Options = Readonly<Record<string, KafkaOption>>;

const newest = model.options as unknown as Readonly<Record<OptionKind, Options>>;
/** Newest first; each version by what is different from the one after it. */
const before = Object.entries(model.before) as unknown as readonly (readonly [
  string,
  Partial<Record<OptionKind, Readonly<Record<string, KafkaOption | null>>>>,
])[];

/** Versions whose options are known, newest first. */
export const optionVersions: readonly string[] = [model.newest, ...before.map(([version]) => version)];

const made = new Map<string, Options>();

/** The options of one kind in a version of Kafka; of a version that is not known here, those of the newest. */
export function kafkaOptions(kind: OptionKind, version: string = model.newest): Options {
  const known = optionVersions.includes(version) ? version : model.newest;
  const key = `${kind} ${known}`;
  let options = made.get(key);
  if (options === undefined) {
    const changes = before.slice(0, optionVersions.indexOf(known)).map(([, changed]) => changed[kind] ?? {});
    const all = Object.entries(Object.assign({}, newest[kind], ...changes) as Record<string, KafkaOption | null>);
    made.set(key, (options = Object.fromEntries(all.filter((entry): entry is [string, KafkaOption] => entry[1] !== null))));
  }
  return options;
}

/** What is wrong with an option, and what to do. */
export interface OptionProblem {
  readonly kind: 'unknown' | 'invalid';
  readonly message: string;
}

/**
 * What Kafka has against an option of this name and value, or undefined.
 * A value with `${…}` is filled in by a configuration provider when the process runs, and not judged.
 */
export function optionProblem(kind: OptionKind, version: string | undefined, name: string, value: unknown): OptionProblem | undefined {
  const options = kafkaOptions(kind, version);
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  const invalid = (wanted: string): OptionProblem => ({ kind: 'invalid', message: `${name} is ${quoted(value)}: ${wanted}` });
  if (!isScalar(value)) {
    // Not even an option that Kafka does not know can have such a value.
    const list = Array.isArray(value) ? ', its entries separated by commas' : '';
    return invalid(value === null ? 'give a value, or remove the option' : `give it as text${list}`);
  }
  if (option === undefined) return { kind: 'unknown', message: unknownOption(kind, version, name, options) };
  if (typeof value === 'string' && value.includes('${')) return undefined;
  const wanted =
    kind === 'broker' && option.type === 'list' && value === ''
      ? 'give an entry, or remove the option'
      : valueProblem(option, String(value), name);
  return wanted === undefined ? undefined : invalid(wanted);
}

const quoted = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : shown(value));

function unknownOption(kind: OptionKind, version: string | undefined, name: string, options: Options): string {
  const since = [...optionVersions].reverse().find((candidate) => Object.hasOwn(kafkaOptions(kind, candidate), name));
  const elsewhere = since === undefined ? undefined : ` (${since} has it)`;
  return `${name} is no ${kind} option of Kafka ${version ?? model.newest}${elsewhere ?? didYouMean(name, Object.keys(options))}`;
}

/** What to give instead, or undefined when the value is right. */
function valueProblem(option: KafkaOption, text: string, name: string): string | undefined {
  switch (option.type) {
    case 'boolean':
      return /^(true|false)$/.test(text) ? undefined : 'give true or false';
    case 'int':
    case 'short':
    case 'long':
      return /^[+-]?\d+$/.test(text) ? outOfRange(option, Number(text)) : `give a whole number${inNumbers(text, name)}`;
    case 'double':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? outOfRange(option, Number(text)) : 'give a number';
    case 'list':
      return listProblem(option, text);
    case 'string':
    case 'class':
    case 'password':
      if (option.notEmpty === true && text === '') return 'give a text that is not empty';
      return isOneOf(option, text) ? undefined : oneOf(option, text);
  }
}

const isScalar = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value);

const limits: Partial<Record<OptionType, readonly [number, number]>> = {
  short: [-(2 ** 15), 2 ** 15 - 1],
  int: [-(2 ** 31), 2 ** 31 - 1],
  long: [-(2 ** 63), 2 ** 63],
};

function outOfRange(option: KafkaOption, given: number): string | undefined {
  const [least, most] = limits[option.type] ?? [-Infinity, Infinity];
  const min = Math.max(option.min ?? -Infinity, least);
  const max = Math.min(option.max ?? Infinity, most);
  if (given < min) return `give ${min} or more`;
  if (given > max) return `give ${max} or less`;
  return isOneOf(option, String(given)) ? undefined : oneOf(option, String(given));
}

/** `7d` is how people write a duration, and Kafka counts milliseconds: say how many. */
function inNumbers(text: string, name: string): string {
  const read = /\.ms$/.test(name) ? parseDuration : /\.bytes$/.test(name) ? parseSize : undefined;
  if (read === undefined) return '';
  const unit = read === parseDuration ? 'milliseconds' : 'bytes';
  try {
    return ` of ${unit} (${text} is ${read(text)})`;
  } catch {
    return ` of ${unit}`;
  }
}

function listProblem(option: KafkaOption, text: string): string | undefined {
  const entries = text.trim() === '' ? [] : text.trim().split(/ *, */);
  if (entries.length === 0) return option.notEmpty === true ? oneOf(option, text) : undefined;
  if (entries.includes('')) return 'one of its entries is empty; remove the comma';
  const twice = entries.find((entry, i) => entries.indexOf(entry) !== i);
  if (twice !== undefined) return `${twice} stands there twice; remove one`;
  const wrong = entries.find((entry) => !isOneOf(option, entry));
  return wrong === undefined ? undefined : oneOf(option, wrong);
}

function isOneOf({ values, ignoreCase }: KafkaOption, text: string): boolean {
  if (values === undefined) return true;
  const same = (word: string): string => (ignoreCase === true ? word.toLowerCase() : word);
  return values.some((value) => {
    const form = String(value);
    const fixed = form.slice(0, form.indexOf(':') + 1);
    return fixed === '' ? same(form) === same(text) : same(text).startsWith(same(fixed));
  });
}

function oneOf({ type, values = [] }: KafkaOption, text: string): string {
  const words = values.map(String);
  return `give ${type === 'list' ? 'some' : 'one'} of ${words.join(', ')}${didYouMean(text, words)}`;
}
