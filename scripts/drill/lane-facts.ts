import { MusterError } from '../../constructs/model/error.js';
import { expandKeys } from '../../constructs/model/keys.js';
import { consumerContract, producerContract } from '../../workers/contract.js';
import type { PlannedTopic } from '../kafka/plan.js';
import type { PodTemplate } from '../local/deployment.js';
import type { LaneFacts } from './backend.js';
import { settingOf } from './roles.js';
import type { Settings } from './scenario.js';

/** The workers of a lane: their Deployments, and what is set instead of what these say. */
export interface LaneWorkers {
  readonly producer: PodTemplate;
  readonly consumer: PodTemplate;
  readonly overrides: { readonly producer: Settings; readonly consumer: Settings };
}

type ConsumerVariable = keyof typeof consumerContract;
type ProducerVariable = keyof typeof producerContract;

/** What a consumer of the lane will see for a setting. */
export function consumerSetting({ consumer, overrides }: LaneWorkers, name: ConsumerVariable): string {
  return overrides.consumer[name] ?? settingOf(consumer, consumerContract, name);
}

/** What the producer of the lane will see for a setting. */
export function producerSetting({ producer, overrides }: LaneWorkers, name: ProducerVariable): string {
  return overrides.producer[name] ?? settingOf(producer, producerContract, name);
}

export function protocolOf(workers: LaneWorkers): LaneFacts['protocol'] {
  if (consumerSetting(workers, 'CONSUMER_GROUP_PROTOCOL') === 'consumer') return 'consumer';
  return consumerSetting(workers, 'CONSUMER_ASSIGNOR') === 'cooperative-sticky' ? 'cooperative' : 'eager';
}

/** @throws MusterError `bad-input` for a protocol that the client of the lane does not know. */
export function checkProtocol(workers: LaneWorkers): void {
  const protocol = protocolOf(workers);
  if (protocol !== 'eager' && consumerSetting(workers, 'KAFKA_CLIENT') === 'kafkajs')
    throw new MusterError(
      'bad-input',
      `kafkajs knows the protocol eager only, not ${protocol}: add --client librdkafka, or take --protocol eager`,
    );
}

/** Everything of a lane that decides how its figures are to be read. */
export function factsOf(
  workers: LaneWorkers,
  where: Pick<LaneFacts, 'backend' | 'environment' | 'notes'> & {
    readonly lane: string | undefined;
    readonly topic: PlannedTopic;
    /** Of the producers that load it, where that is another one. */
    readonly source?: string | undefined;
    readonly group: string;
    /** Of the brokers, where it is known. */
    readonly brokerConfig?: Settings;
  },
): LaneFacts {
  const { lane, topic, source, group, backend, environment, notes, brokerConfig = {} } = where;
  const consumer = (name: ConsumerVariable): string => consumerSetting(workers, name);
  const producer = (name: ProducerVariable): string => producerSetting(workers, name);
  const guarantee = consumer('CONSUMER_GUARANTEE');
  const acks = producer('PRODUCER_ACKS');
  return {
    ...(lane === undefined ? {} : { lane }),
    backend,
    environment,
    topic: topic.name,
    ...(source === undefined ? {} : { source }),
    partitions: topic.partitions,
    group,
    client: consumer('KAFKA_CLIENT'),
    protocol: protocolOf(workers),
    sessionTimeoutMs: Number(consumer('CONSUMER_SESSION_TIMEOUT_MS')),
    heartbeatIntervalMs: Number(consumer('CONSUMER_HEARTBEAT_INTERVAL_MS')),
    fetchMaxWaitMs: Number(consumer('CONSUMER_FETCH_MAX_WAIT_MS')),
    rate: Number(producer('PRODUCER_RATE')),
    keyPatterns: producer('PRODUCER_KEYS'),
    keys: new Set(expandKeys(producer('PRODUCER_KEYS'))).size,
    workMs: Number(consumer('CONSUMER_WORK_MS')),
    commit: consumer('CONSUMER_COMMIT') === 'auto' ? 'auto' : 'manual',
    autoCommitIntervalMs: Number(consumer('CONSUMER_AUTO_COMMIT_INTERVAL_MS')),
    guarantee: guarantee === 'at-most-once' || guarantee === 'exactly-once' ? guarantee : 'at-least-once',
    maxPollIntervalMs: Number(consumer('CONSUMER_MAX_POLL_INTERVAL_MS')),
    acks: acks === '0' || acks === '1' ? acks : 'all',
    replicationFactor: topic.replicas,
    minInsyncReplicas: Number(topic.config['min.insync.replicas'] ?? brokerConfig['min.insync.replicas'] ?? 1),
    notes,
  };
}
