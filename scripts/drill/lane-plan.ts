import { MusterError } from '../../constructs/model/error.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import { consumerContract, producerContract, type Contract } from '../../workers/contract.js';
import type { WorkerRole } from './backend.js';
import type { Lane, Scenario, Settings, TopicChanges } from './scenario.js';

/** What a person sets for one run, above the scenario and the manifests. */
export interface RunOverrides {
  /** Records a second. */
  readonly rate?: number;
  /** Work a record, in ms. */
  readonly workMs?: number;
  readonly client?: string;
  readonly protocol?: 'eager' | 'cooperative' | 'consumer';
}

/** A lane before anything runs: what is set for it instead of the manifests' values. */
export interface LanePlan {
  /** Undefined for the only one. */
  readonly name: string | undefined;
  /** The lane whose output it reads. */
  readonly reads?: string;
  readonly producer: Settings;
  readonly consumer: Settings;
  readonly topic: TopicChanges;
}

const protocols: Readonly<Record<'eager' | 'cooperative' | 'consumer', Settings>> = {
  eager: { CONSUMER_GROUP_PROTOCOL: 'classic', CONSUMER_ASSIGNOR: 'roundrobin' },
  cooperative: { CONSUMER_GROUP_PROTOCOL: 'classic', CONSUMER_ASSIGNOR: 'cooperative-sticky' },
  consumer: { CONSUMER_GROUP_PROTOCOL: 'consumer' },
};

type LaneLike = Omit<Lane, 'name'> & { readonly name: string | undefined };

/** The lanes of a run. A lane's own setting wins over the scenario's, and the person's over both. */
export function planLanes(scenario: Scenario, overrides: RunOverrides = {}): readonly LanePlan[] {
  const { rate, workMs, client, protocol } = overrides;
  const ofClient: Settings = client === undefined ? {} : { KAFKA_CLIENT: client };
  const producer: Settings = { ...ofClient, ...(rate === undefined ? {} : { PRODUCER_RATE: String(rate) }) };
  const consumer: Settings = {
    ...ofClient,
    ...(workMs === undefined ? {} : { CONSUMER_WORK_MS: String(workMs) }),
    ...(protocol === undefined ? {} : protocols[protocol]),
  };
  const lanes: readonly LaneLike[] = scenario.lanes ?? [{ name: undefined }];
  return lanes.map((lane) => {
    const plan: LanePlan = {
      name: lane.name,
      ...(lane.reads === undefined ? {} : { reads: lane.reads }),
      producer: { ...scenario.producer, ...(lane.reads === undefined ? lane : sourceOf(lane, lanes, scenario.name)).producer, ...producer },
      consumer: { ...scenario.consumer, ...lane.consumer, ...consumer },
      topic: {
        ...scenario.topic,
        ...lane.topic,
        config: { ...scenario.topic?.config, ...lane.topic?.config },
      },
    };
    const where = lane.name === undefined ? scenario.name : `lane ${lane.name} of ${scenario.name}`;
    checkSettings(plan.producer, 'producer', where);
    checkSettings(plan.consumer, 'consumer', where);
    return plan;
  });
}

/** @throws MusterError `bad-input` where a lane reads what no lane writes */
function sourceOf(
  { name, reads }: { readonly name: string | undefined; readonly reads?: string },
  lanes: readonly LaneLike[],
  scenario: string,
): LaneLike {
  const source = lanes.find((lane) => lane.name === reads);
  if (source?.reads === undefined && source?.consumer?.['CONSUMER_OUTPUT_TOPIC'] !== undefined) return source;
  throw new MusterError(
    'bad-input',
    `lane ${String(name)} of ${scenario} reads "${String(reads)}", which must be a lane whose consumer has a CONSUMER_OUTPUT_TOPIC; there are ${lanes.map((lane) => String(lane.name)).join(', ')}`,
  );
}

export const contractOf = (role: WorkerRole): Contract => (role === 'producer' ? producerContract : consumerContract);

/** @throws MusterError `bad-input` for a variable or a value that the workers' contract does not have. */
export function checkSettings(settings: Settings, role: WorkerRole, where: string): void {
  const contract = contractOf(role);
  for (const [name, value] of Object.entries(settings)) {
    const setting = Object.hasOwn(contract, name) ? contract[name] : undefined;
    if (setting === undefined)
      throw new MusterError(
        'bad-input',
        `${where} sets ${name} for the ${role}, which reads no such variable${didYouMean(name, Object.keys(contract))}; docs/workers.md lists what it reads`,
      );
    const wrong = wrongWith(setting, value);
    if (wrong !== undefined) throw new MusterError('bad-input', `${where} sets ${name} to "${value}" for the ${role}; it must be ${wrong}`);
  }
}

/** What the value should be, if it is not. */
function wrongWith(setting: Contract[string], value: string): string | undefined {
  switch (setting.type) {
    case 'choice':
      return setting.values.includes(value) ? undefined : `one of ${setting.values.join(', ')}${didYouMean(value, setting.values)}`;
    case 'integer': {
      const number = /^\d+$/.test(value) ? Number(value) : NaN;
      return number >= setting.min && number <= setting.max
        ? undefined
        : `a whole number from ${String(setting.min)} to ${String(setting.max)}`;
    }
    case 'text':
      return setting.pattern === undefined || new RegExp(`^(?:${setting.pattern})$`).test(value)
        ? undefined
        : `of the form ${setting.pattern}`;
  }
}
