import { ConfigurationError } from './configuration-error.js';
import { apiContract, consumerContract, producerContract, type Contract, type IntegerSetting, type Setting } from './contract.js';
import { expandKeys } from './keys.js';
import { securityProblems } from './security.js';
import { nearest } from './spelling.js';

/** The values of a contract after parsing: every variable has one. */
export type Values<C extends Contract> = {
  readonly [K in keyof C]: C[K] extends IntegerSetting ? number : C[K] extends { readonly values: readonly (infer V)[] } ? V : string;
};
export type ProducerSettings = Values<typeof producerContract>;
export type ConsumerSettings = Values<typeof consumerContract>;
export type ApiSettings = Values<typeof apiContract>;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigurationError */
export function producerSettings(environment: Environment = process.env): ProducerSettings {
  return parse(producerContract, environment, producerProblems);
}

/** @throws ConfigurationError */
export function consumerSettings(environment: Environment = process.env): ConsumerSettings {
  return parse(consumerContract, environment, consumerProblems);
}

/** @throws ConfigurationError */
export function apiSettings(environment: Environment = process.env): ApiSettings {
  return parse(apiContract, environment, apiProblems);
}

function parse<C extends Contract>(contract: C, environment: Environment, across: (values: Values<C>) => string[]): Values<C> {
  const problems = unknownVariables(contract, environment);
  const values: Record<string, string | number> = {};
  // What is wrong stands in for itself by its default, so that rules between variables still find what else is wrong.
  const known = Object.entries(contract).every(([name, setting]) => {
    const given = environment[name];
    const problem = given === undefined ? missing(name, setting) : refused(name, setting, given);
    if (problem !== undefined) problems.push(problem);
    const value = given === undefined || problem !== undefined ? setting.default : setting.type === 'integer' ? Number(given) : given;
    values[name] = value ?? '';
    return true;
  });
  if (known) problems.push(...unmetNeeds(contract, values), ...across(values as Values<C>));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return values as Values<C>;
}

/** What a choice cannot do without, as a handler its output topic. */
function unmetNeeds(contract: Contract, values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(contract).flatMap(([name, setting]) => {
    const value = String(values[name]);
    const needed = setting.type === 'choice' ? (setting.needs?.[value] ?? []) : [];
    return needed
      .filter((variable) => values[variable] === '')
      .map((variable) => `${name} is "${value}", which needs ${variable}: set it (${contract[variable]?.description ?? ''})`);
  });
}

function missing(name: string, setting: Setting): string | undefined {
  return setting.default === undefined ? `${name} is missing: set it (${setting.description})` : undefined;
}

function refused(name: string, setting: Setting, given: string): string | undefined {
  switch (setting.type) {
    case 'integer': {
      const number = /^-?\d+$/.test(given) ? Number(given) : NaN;
      if (number >= setting.min && number <= setting.max) return undefined;
      return `${name} is "${given}": give a whole number from ${setting.min} to ${setting.max} (${setting.description})`;
    }
    case 'choice': {
      if (setting.values.includes(given)) return undefined;
      const meant = nearest(given, setting.values);
      return `${name} is "${given}": give one of ${setting.values.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`} (${setting.description})`;
    }
    case 'text': {
      if (setting.pattern === undefined || new RegExp(`^(?:${setting.pattern})$`).test(given)) return undefined;
      return `${name} is "${given}": give a value that matches ${setting.pattern} (${setting.description})`;
    }
  }
}

/** Kubernetes describes every Service of the namespace in variables; a Service called kafka or kafka-ui makes KAFKA_… ones of these shapes. */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)$/;

/** By what the worker is called. */
const contracts: Readonly<Record<string, Contract>> = { producer: producerContract, consumer: consumerContract, API: apiContract };

function unknownVariables(contract: Contract, environment: Environment): string[] {
  const known = Object.keys(contract);
  return Object.keys(environment)
    .filter((name) => /^(KAFKA|PRODUCER|CONSUMER|API)_/.test(name) && !Object.hasOwn(contract, name) && !serviceLink.test(name))
    .sort()
    .map((name) => {
      const worker = Object.keys(contracts).find((other) => contracts[other] === contract) ?? 'worker';
      const owner = Object.keys(contracts).find((other) => Object.hasOwn(contracts[other] ?? {}, name));
      if (owner !== undefined)
        return `${name} is a variable of the ${owner}, and this is ${worker === 'API' ? 'an' : 'a'} ${worker}: remove it`;
      const meant = nearest(name, known);
      return `${name} is no variable of this worker: ${meant === undefined ? `remove it, or use one of ${known.join(', ')}` : `did you mean ${meant}?`}`;
    });
}

/** Of what delivers records, whoever makes them. */
function deliveryProblems(values: ApiSettings | ProducerSettings): string[] {
  const problems: string[] = [];
  if (values.PRODUCER_IDEMPOTENCE === 'true' && values.PRODUCER_ACKS !== 'all')
    problems.push(
      `PRODUCER_ACKS is "${values.PRODUCER_ACKS}" with PRODUCER_IDEMPOTENCE "true": idempotence needs acks all; set PRODUCER_ACKS=all, or PRODUCER_IDEMPOTENCE=false and accept duplicates on a retry`,
    );
  if (values.PRODUCER_BATCH_BYTES > values.PRODUCER_BUFFER_BYTES)
    problems.push(
      `PRODUCER_BATCH_BYTES is "${values.PRODUCER_BATCH_BYTES}", above the ${values.PRODUCER_BUFFER_BYTES} of PRODUCER_BUFFER_BYTES: no batch would ever fill; lower the batch or raise the buffer`,
    );
  const oneAttempt = values.PRODUCER_LINGER_MS + values.PRODUCER_REQUEST_TIMEOUT_MS;
  if (values.PRODUCER_DELIVERY_TIMEOUT_MS < oneAttempt)
    problems.push(
      `PRODUCER_DELIVERY_TIMEOUT_MS is "${values.PRODUCER_DELIVERY_TIMEOUT_MS}", below PRODUCER_LINGER_MS + PRODUCER_REQUEST_TIMEOUT_MS = ${oneAttempt}: a record would be given up before its first answer; set it to ${oneAttempt} or more`,
    );
  return problems;
}

function apiProblems(values: ApiSettings): string[] {
  const problems = [...securityProblems(values), ...deliveryProblems(values)];
  if (values.PRODUCER_ACKS !== 'all')
    problems.push(
      `PRODUCER_ACKS is "${values.PRODUCER_ACKS}": a 202 says that nothing is lost any more, which only acks all can promise; set PRODUCER_ACKS=all`,
    );
  for (const name of ['PRODUCER_RETRY_TOPIC', 'PRODUCER_DEAD_LETTER_TOPIC', 'FAILURE_LOG_DIR'] as const)
    if (values[name] !== '')
      problems.push(
        `${name} is "${values[name]}", but an API tells who posted that their record was not taken, and keeps no copy: remove it`,
      );
  const longest = values.API_DRAIN_MS + values.PRODUCER_DELIVERY_TIMEOUT_MS;
  if (longest >= values.SHUTDOWN_DEADLINE_MS)
    problems.push(
      `API_DRAIN_MS + PRODUCER_DELIVERY_TIMEOUT_MS is ${longest}: the last request taken may need that long, so it must be below SHUTDOWN_DEADLINE_MS (${values.SHUTDOWN_DEADLINE_MS}); lower one of the two, or raise the deadline`,
    );
  return problems;
}

function producerProblems(values: ProducerSettings): string[] {
  const problems = [...securityProblems(values), ...deliveryProblems(values)];
  for (const variable of ['PRODUCER_RETRY_TOPIC', 'PRODUCER_DEAD_LETTER_TOPIC'] as const) {
    if (values[variable] === values.KAFKA_TOPIC)
      problems.push(
        `${variable} is "${values[variable]}", the topic that this producer writes: what it refuses would be offered to it again; name a topic of its own, as ${values[variable]}.dlq`,
      );
  }
  if (values.PRODUCER_RECORD === 'bytes' && values.EVIDENCE !== 'off')
    problems.push(
      `EVIDENCE is "${values.EVIDENCE}" with PRODUCER_RECORD "bytes": these records do not say who they are, so there is nothing to prove of them; set EVIDENCE=off, or another PRODUCER_RECORD`,
    );
  if (values.PRODUCER_RECORD === 'bytes' && values.PRODUCER_POISON_EVERY > 0)
    problems.push(
      `PRODUCER_POISON_EVERY is "${values.PRODUCER_POISON_EVERY}" with PRODUCER_RECORD "bytes": such a record has no form that could be broken; set PRODUCER_POISON_EVERY=0, or another PRODUCER_RECORD`,
    );
  try {
    expandKeys(values.PRODUCER_KEYS);
  } catch (error) {
    problems.push(`PRODUCER_KEYS is ${error instanceof Error ? error.message : String(error)}`);
  }
  return problems;
}

/** What kafkajs cannot do; the other client can. */
function kafkajsProblems(values: ConsumerSettings): string[] {
  const problems: string[] = [];
  const session = values.CONSUMER_SESSION_TIMEOUT_MS;
  if (values.CONSUMER_FETCH_MAX_WAIT_MS * 3 > session)
    problems.push(
      `CONSUMER_FETCH_MAX_WAIT_MS is "${values.CONSUMER_FETCH_MAX_WAIT_MS}": an idle kafkajs member beats only when its fetch returns, so it must be a third of CONSUMER_SESSION_TIMEOUT_MS (${session}) at most; set it to ${Math.floor(session / 3)} or less (250 keeps rebalances quick)`,
    );
  if (values.CONSUMER_ASSIGNOR === 'cooperative-sticky')
    problems.push(
      'CONSUMER_ASSIGNOR is "cooperative-sticky": kafkajs knows eager assignment only, and a client that pretends otherwise would break the group; set KAFKA_CLIENT=librdkafka, or CONSUMER_ASSIGNOR=roundrobin',
    );
  if (values.CONSUMER_GROUP_PROTOCOL === 'consumer')
    problems.push(
      'CONSUMER_GROUP_PROTOCOL is "consumer": kafkajs knows the classic protocol only; set KAFKA_CLIENT=librdkafka, or CONSUMER_GROUP_PROTOCOL=classic',
    );
  if (values.CONSUMER_GROUP_INSTANCE_ID !== '')
    problems.push(
      `CONSUMER_GROUP_INSTANCE_ID is "${values.CONSUMER_GROUP_INSTANCE_ID}": kafkajs has no static members; set KAFKA_CLIENT=librdkafka, or leave it empty`,
    );
  return problems;
}

/** Guarantee, order, batches and dead letters: what does not go together. */
function guaranteeProblems(values: ConsumerSettings): string[] {
  const guarantee = values.CONSUMER_GUARANTEE;
  const problems: string[] = [];
  const refuse = (name: keyof ConsumerSettings, why: string): void => {
    problems.push(`${name} is "${values[name]}" ${why}`);
  };
  if (guarantee !== 'at-least-once') {
    const given = `with CONSUMER_GUARANTEE "${guarantee}"`;
    if (values.CONSUMER_COMMIT === 'auto')
      refuse('CONSUMER_COMMIT', `${given}, which says itself when offsets are committed: set CONSUMER_COMMIT=manual`);
    if (values.CONSUMER_ORDER === 'key')
      refuse(
        'CONSUMER_ORDER',
        `${given}, which takes a partition in order: set CONSUMER_ORDER=partition, or CONSUMER_GUARANTEE=at-least-once`,
      );
  }
  if (guarantee === 'exactly-once' && values.CONSUMER_ISOLATION !== 'read_committed')
    refuse(
      'CONSUMER_ISOLATION',
      'with CONSUMER_GUARANTEE "exactly-once": it would work on records whose transaction is aborted; set CONSUMER_ISOLATION=read_committed',
    );
  if (guarantee === 'at-most-once') {
    // Manifests write out every default, so only another value shows that somebody expects it to act.
    if (values.CONSUMER_RETRIES !== 0 && values.CONSUMER_RETRIES !== consumerContract.CONSUMER_RETRIES.default)
      refuse(
        'CONSUMER_RETRIES',
        'with CONSUMER_GUARANTEE "at-most-once": a retry is a second time, and there is none; set CONSUMER_RETRIES=0',
      );
    if (values.CONSUMER_BATCH_RECORDS > 1)
      refuse(
        'CONSUMER_BATCH_RECORDS',
        'with CONSUMER_GUARANTEE "at-most-once": the records of a batch that is refused are tried alone, which is a second time; set CONSUMER_BATCH_RECORDS=1',
      );
    if (values.CONSUMER_HOLD_KEYS === 'true')
      refuse(
        'CONSUMER_HOLD_KEYS',
        'with CONSUMER_GUARANTEE "at-most-once": which keys are held is kept with offsets of finished work; set CONSUMER_HOLD_KEYS=false',
      );
  }
  if (values.CONSUMER_CONCURRENCY > 1 && values.CONSUMER_ORDER === 'partition')
    refuse(
      'CONSUMER_CONCURRENCY',
      'with CONSUMER_ORDER "partition", where one record follows the other: set CONSUMER_ORDER=key, or CONSUMER_CONCURRENCY=1',
    );
  if (values.CONSUMER_BATCH_RECORDS > 1 && values.CONSUMER_ORDER === 'key')
    refuse(
      'CONSUMER_BATCH_RECORDS',
      'with CONSUMER_ORDER "key": a batch holds many keys; set CONSUMER_ORDER=partition, or CONSUMER_BATCH_RECORDS=1',
    );
  const deadLetters = values.CONSUMER_DEAD_LETTER_TOPIC;
  if (values.CONSUMER_HOLD_KEYS === 'true' && deadLetters === '')
    refuse(
      'CONSUMER_HOLD_KEYS',
      'but CONSUMER_DEAD_LETTER_TOPIC is empty: a key is held by sending its records there; set it, or CONSUMER_HOLD_KEYS=false',
    );
  if (deadLetters !== '' && values.KAFKA_TOPIC.split(',').includes(deadLetters))
    refuse(
      'CONSUMER_DEAD_LETTER_TOPIC',
      'which KAFKA_TOPIC reads too: a dead letter would come again and again; give it a topic of its own',
    );
  return problems;
}

function consumerProblems(values: ConsumerSettings): string[] {
  const problems = securityProblems(values);
  const session = values.CONSUMER_SESSION_TIMEOUT_MS;
  const heartbeat = values.CONSUMER_HEARTBEAT_INTERVAL_MS;
  // With the protocol `consumer` both are the broker's.
  if (values.CONSUMER_GROUP_PROTOCOL === 'classic' && heartbeat * 3 >= session)
    problems.push(
      `CONSUMER_HEARTBEAT_INTERVAL_MS is "${heartbeat}": it must stay below a third of CONSUMER_SESSION_TIMEOUT_MS (${session}), so that two lost heartbeats do not cost the membership; set it to ${Math.max(1, Math.ceil(session / 3) - 1)} or less, or the session above ${heartbeat * 3}`,
    );
  if (values.KAFKA_CLIENT === 'kafkajs') problems.push(...kafkajsProblems(values));
  problems.push(...guaranteeProblems(values));
  const interval = values.CONSUMER_AUTO_COMMIT_INTERVAL_MS;
  // Manifests write out every default, so only another value shows that somebody expects it to act.
  if (values.CONSUMER_COMMIT === 'manual' && interval !== consumerContract.CONSUMER_AUTO_COMMIT_INTERVAL_MS.default)
    problems.push(
      `CONSUMER_AUTO_COMMIT_INTERVAL_MS is "${interval}", but CONSUMER_COMMIT is "manual", where it does nothing: remove it, or set CONSUMER_COMMIT=auto`,
    );
  return problems;
}
