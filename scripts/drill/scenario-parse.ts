import { MusterError } from '../../constructs/model/error.js';
import { isRecord } from '../../constructs/model/resource.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import { checkSettings } from './lane-plan.js';
import type { Scenario, Settings, Step } from './scenario.js';
import { planSteps } from './step-plan.js';

/** Reads a value at a place of the file, or says what it should be. */
type Reads = (value: unknown, at: string) => unknown;
type Fields = Readonly<Record<string, { readonly reads: Reads; readonly required?: true }>>;

const longestMs = 3_600_000;

/**
 * The scenario in what a file holds.
 * @throws MusterError `bad-input` that names the place, what stands there and what may stand there
 */
export function parseScenario(value: unknown, file: string): Scenario {
  const refuse = (at: string, text: string): never => {
    throw new MusterError('bad-input', `${file}: ${at === '' ? 'the file' : at} ${text}`);
  };
  const shown = (given: unknown): string => (given === undefined ? 'missing' : JSON.stringify(given));

  const object = (given: unknown, at: string, fields: Fields): Record<string, unknown> => {
    if (!isRecord(given)) return refuse(at, `is ${shown(given)}; it must hold ${Object.keys(fields).join(', ')}`);
    for (const name of Object.keys(given))
      if (!Object.hasOwn(fields, name))
        refuse(
          join(at, name),
          `is unknown${didYouMean(name, Object.keys(fields))}; ${at === '' ? 'a scenario' : at} may hold ${Object.keys(fields).join(', ')}`,
        );
    const read: Record<string, unknown> = {};
    for (const [name, { reads, required }] of Object.entries(fields)) {
      const own = given[name];
      if (own === undefined || own === null) {
        if (required === true) refuse(join(at, name), `is missing; ${at === '' ? 'a scenario' : at} needs one`);
        continue;
      }
      read[name] = reads(own, join(at, name));
    }
    return read;
  };
  const text = (given: unknown, at: string): string =>
    typeof given === 'string' && given.trim() !== '' ? given : refuse(at, `is ${shown(given)}; it must be text`);
  const word = (given: unknown, at: string): string =>
    /^[a-z0-9]+(-[a-z0-9]+)*$/.test(String(given)) && String(given).length <= 40
      ? String(given)
      : refuse(at, `is ${shown(given)}; it must be small letters and digits with dashes between, as in scale-and-crash, 40 at most`);
  const whole =
    (least: number, most: number): Reads =>
    (given, at) =>
      typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most
        ? given
        : refuse(at, `is ${shown(given)}; it must be a whole number from ${String(least)} to ${String(most)}`);
  const ms = whole(0, longestMs);
  const part: Reads = (given, at) =>
    typeof given === 'number' && given >= 0 && given <= 1 ? given : refuse(at, `is ${shown(given)}; it must be a number from 0 to 1`);
  const flag: Reads = (given, at) => (typeof given === 'boolean' ? given : refuse(at, `is ${shown(given)}; it must be true or false`));
  const oneOf =
    (...choices: readonly (string | number)[]): Reads =>
    (given, at) =>
      choices.find((choice) => choice === given) ??
      refuse(at, `is ${shown(given)}${didYouMean(String(given), choices.map(String))}; it must be one of ${choices.join(', ')}`);
  const list =
    (reads: Reads, what: string): Reads =>
    (given, at) =>
      Array.isArray(given) && given.length > 0
        ? given.map((one: unknown, index) => reads(one, `${at}[${String(index)}]`))
        : refuse(at, `is ${shown(given)}; it must be a list of one or more ${what}`);
  const settings: Reads = (given, at) => {
    if (!isRecord(given)) return refuse(at, `is ${shown(given)}; it must hold NAME: value`);
    return Object.fromEntries(
      Object.entries(given).map(([name, one]): [string, string] => [
        name,
        typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean'
          ? String(one)
          : refuse(join(at, name), `is ${shown(one)}; it must be text or a number`),
      ]),
    );
  };
  const workerSettings =
    (role: 'producer' | 'consumer'): Reads =>
    (given, at) => {
      const read = settings(given, at) as Settings;
      checkSettings(read, role, `${file}: ${at}`);
      return read;
    };
  const topic: Reads = (given, at) => object(given, at, { partitions: { reads: whole(1, 10_000) }, config: { reads: settings } });
  const kept = oneOf('none', 'some', 'any');
  const expect: Reads = (given, at) =>
    object(given, at, {
      lost: { reads: kept },
      duplicates: { reads: oneOf('none', 'bounded', 'some', 'any') },
      reordered: { reads: kept },
      zombies: { reads: oneOf('none', 'in-hand', 'some', 'any') },
      commitsAhead: { reads: kept },
      deadLetters: { reads: kept },
      failedSends: { reads: kept },
      rebalances: { reads: oneOf('none', 'any') },
      unmoved: { reads: oneOf('kept', 'any') },
      leastInSync: { reads: whole(0, 1_000) },
      throughput: { reads: oneOf('foretold', 'any') },
      longestPauseMs: { reads: ms },
      leastLoad: { reads: part },
      recoveryMs: { reads: ms },
      cover: { reads: oneOf('exact', 'any') },
      lag: { reads: oneOf('none', 'any') },
    });
  const which: Fields = { member: { reads: oneOf('oldest', 'youngest') } };
  const brokerChoices = ['leader', 'follower', 'coordinator', 'controller'] as const;
  const broker: Reads = (given, at) => (typeof given === 'number' ? whole(0, 1_000_000)(given, at) : oneOf(...brokerChoices)(given, at));
  const needed = (reads: Reads): Fields[string] => ({ reads, required: true });
  const back: Fields = { backAfterMs: needed(ms) };
  const stepFields: Readonly<Record<Step['do'], Fields>> = {
    scale: { members: needed(whole(1, 1_000)) },
    kill: { ...which, lane: { reads: word }, replaced: { reads: flag }, afterAssignedMs: { reads: ms } },
    stop: which,
    'force-delete': which,
    freeze: { ...which, forMs: { reads: ms } },
    rollout: { maxSurge: needed(oneOf(0, 1)) },
    'restart-group': { downMs: needed(ms) },
    'kill-producer': {},
    hold: {},
    'kill-broker': { broker: needed(broker), ...back },
    'freeze-broker': { broker: needed(broker), forMs: needed(ms) },
    'lose-brokers': { left: needed(oneOf(1)), ...back },
    'kill-leader-ahead': { frozenMs: needed(ms), ...back },
    'add-partitions': { to: needed(whole(2, 10_000)) },
    reset: {
      to: needed((given, at) =>
        given === 'beginning'
          ? given
          : isRecord(given)
            ? object(given, at, { secondsAgo: needed(whole(0, 604_800)) })
            : refuse(at, `is ${shown(given)}; it must be "beginning" or { secondsAgo: N }`),
      ),
    },
  };
  const step: Reads = (given, at) => {
    const names = Object.keys(stepFields);
    if (!isRecord(given) || given['do'] === undefined)
      return refuse(at, `is ${shown(given)}; a step says what it does, as in { do: scale, members: 3 }: ${names.join(', ')}`);
    const does = oneOf(...names)(given['do'], `${at}.do`) as Step['do'];
    return object(given, at, { do: needed(() => does), name: { reads: text }, holdMs: { reads: ms }, ...stepFields[does] });
  };
  const common: Fields = {
    producer: { reads: workerSettings('producer') },
    consumer: { reads: workerSettings('consumer') },
    topic: { reads: topic },
    expect: { reads: expect },
  };
  const lane: Reads = (given, at) => object(given, at, { name: needed(word), reads: { reads: word }, ...common });

  // Every field was read by its own rule, so that the whole is a scenario.
  const scenario = object(value, '', {
    name: needed(word),
    summary: needed(text),
    about: { reads: text },
    needs: {
      reads: (given, at) =>
        object(given, at, {
          client: { reads: oneOf('librdkafka') },
          brokers: { reads: whole(1, 100) },
          roles: { reads: oneOf('declared') },
        }),
    },
    ...common,
    broker: { reads: settings },
    lanes: { reads: list(lane, 'lanes') },
    holdMs: { reads: ms },
    steps: needed(list(step, 'steps')),
  }) as unknown as Scenario;
  const lanes = (scenario.lanes ?? []).map(({ name }) => name);
  const twice = lanes.find((name, index) => lanes.indexOf(name) !== index);
  if (twice !== undefined) refuse('lanes', `has two of the name ${twice}; each needs one of its own`);
  try {
    planSteps(scenario.steps);
  } catch (error) {
    if (error instanceof MusterError) throw new MusterError('bad-input', `${file}: ${error.message}`, { cause: error });
    throw error;
  }
  return scenario;
}

const join = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`);
