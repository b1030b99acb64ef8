import type { PlannedTopic } from '../kafka/plan.js';
import type { WorkerRole } from './backend.js';
import { consumerSetting, producerSetting, type LaneWorkers } from './lane-facts.js';
import { contractOf, type LanePlan } from './lane-plan.js';
import type { DrillKafka } from './local-kafka.js';
import { settingOf } from './roles.js';
import type { Settings } from './scenario.js';

/** Variables that name a topic besides the one that is read or written. */
const sideTopics = {
  producer: ['PRODUCER_RETRY_TOPIC', 'PRODUCER_DEAD_LETTER_TOPIC'],
  consumer: ['CONSUMER_DEAD_LETTER_TOPIC', 'CONSUMER_OUTPUT_TOPIC', 'CONSUMER_BOOKED_TOPIC'],
} as const;

type Templates = Pick<LaneWorkers, WorkerRole>;

/** Names of the topics that the workers name besides the one they read or write. */
export function sideTopicsOf(lanes: readonly LanePlan[], templates: Templates): Set<string> {
  const names = lanes.flatMap((overrides) => {
    const workers: LaneWorkers = { ...templates, overrides };
    return [
      ...sideTopics.producer.map((name) => producerSetting(workers, name)),
      ...sideTopics.consumer.map((name) => consumerSetting(workers, name)),
    ];
  });
  return new Set(names.filter((name) => name !== ''));
}

/** What is set for the pods of a role instead of what their manifest says; each is told, but for the port and the names that a lane brings. */
export function overridesOf(
  role: WorkerRole,
  template: Templates[WorkerRole],
  lane: LanePlan,
  { topic, group, kafka, tell }: { topic: PlannedTopic; group: string; kafka: DrillKafka; tell: (text: string) => void },
): Settings {
  const contract = contractOf(role);
  const overrides: Record<string, string> = { HTTP_PORT: '0' };
  const set = (name: string, value: string): void => {
    if (settingOf(template, contract, name) === value) return;
    overrides[name] = value;
    tell(`${name}=${value} for the ${role}${lane.name === undefined ? '' : ` of ${lane.name}`} instead of the manifest's`);
  };
  set('EVIDENCE', 'stdout');
  if (settingOf(template, contract, 'KAFKA_SECURITY_PROTOCOL') !== 'PLAINTEXT') {
    set('KAFKA_SECURITY_PROTOCOL', 'PLAINTEXT');
    // What goes with it is in Secrets, which this machine does not have.
    for (const name of Object.keys(contract).filter((variable) => /^KAFKA_(SASL|SSL)_/.test(variable))) overrides[name] = '';
  }
  for (const [name, value] of Object.entries(lane[role])) set(name, value);
  set('KAFKA_TOPIC', topic.name);
  if (role === 'consumer') set('KAFKA_GROUP_ID', group);
  if (kafka.suffix !== '')
    for (const name of sideTopics[role]) {
      const given = overrides[name] ?? settingOf(template, contract, name);
      if (given !== '') set(name, `${given}.${kafka.suffix}`);
    }
  return overrides;
}
