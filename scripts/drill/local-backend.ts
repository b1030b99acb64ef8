import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import { consumerContract } from '../../workers/contract.js';
import { parseEvidence } from '../../workers/ledger.js';
import type { Host } from '../host.js';
import { planCluster, type PlannedTopic } from '../kafka/plan.js';
import { serviceResolver } from '../local/network.js';
import { LocalDeployment } from '../local/pods.js';
import { readChecked } from '../manifests.js';
import { openRun } from '../run-folder.js';
import type { Backend, LaneFacts, WorkerRole } from './backend.js';
import type { LogLine } from './events.js';
import { checkProtocol, consumerSetting, factsOf, producerSetting, protocolOf, type LaneWorkers } from './lane-facts.js';
import { planLanes, type LanePlan, type RunOverrides } from './lane-plan.js';
import { localBrokers } from './local-brokers.js';
import { borrowedKafka, ownKafka } from './local-kafka.js';
import { checkNeeds, isLibrdkafkaBuilt } from './needs.js';
import { overridesOf, sideTopicsOf } from './local-overrides.js';
import { lastWordsIn } from './last-words.js';
import { findWorker, settingOf } from './roles.js';
import type { Scenario, Settings } from './scenario.js';

export interface LocalOptions extends RunOverrides {
  readonly environment: string;
  /** Folder of the manifests. */
  readonly manifests: string;
  readonly roles: 'declared' | 'compacted';
  /** A Kafka that already runs: the drill makes topics and groups of its own there, and removes them. */
  readonly bootstrap?: string;
  readonly consumer?: string;
  readonly producer?: string;
  readonly tell: (text: string) => void;
  readonly abort: AbortSignal;
}

/** A lane that is to run here. */
interface LocalLane {
  readonly plan: LanePlan;
  readonly workers: LaneWorkers;
  /** As the manifests declare it, changed as the lane says, under the name it has in this drill. */
  readonly topic: PlannedTopic;
  readonly group: string;
  /** What is set instead of what the manifests say. */
  readonly told: readonly string[];
}

/** SIGTERM to SIGKILL of a pod that is deleted with --force --grace-period=0, in ms: the kubelet's least grace. */
const forcedGraceMs = 2_000;

/** Runs the manifests of an environment on this machine: real brokers, and each replica a process. */
export async function localBackend(host: Host, scenario: Scenario, options: LocalOptions): Promise<Backend> {
  const resources = readChecked(options.manifests);
  const plan = planCluster(resources);
  const templates = {
    consumer: findWorker(resources, 'consumer', options.consumer),
    producer: findWorker(resources, 'producer', options.producer),
  };
  const topicName = settingOf(templates.consumer, consumerContract, 'KAFKA_TOPIC');
  const declared = plan.topics.find((t) => t.name === topicName);
  if (declared === undefined) {
    throw new MusterError(
      'bad-input',
      `${templates.consumer.deployment} reads "${topicName}", but no KafkaTopic of the manifests makes it; there are ${plan.topics.map((t) => t.name).join(', ') || 'none'}`,
    );
  }
  const lanePlans = planLanes(scenario, options);
  for (const lane of lanePlans) checkLane(host, { ...templates, overrides: lane });
  checkNeeds(
    scenario,
    plan,
    lanePlans.map((overrides) => consumerSetting({ ...templates, overrides }, 'KAFKA_CLIENT')),
  );
  const brokerConfig = brokerSettings(scenario, lanePlans, templates, options);
  const run = openRun(
    host.cwd,
    `drill-${String(process.pid)}-${randomBytes(3).toString('hex')}`,
    join(host.packageDir, 'build/scripts/watchdog.js'),
  );
  try {
    const laneTopic = (lane: LanePlan, suffix: string): PlannedTopic => ({
      ...declared,
      name: [...(lane.reads === undefined ? [declared.name, lane.name] : [outputOf(lane.reads)]), suffix]
        .filter((part) => part !== undefined && part !== '')
        .join('.'),
      partitions: lane.topic.partitions ?? declared.partitions,
      config: { ...declared.config, ...lane.topic.config },
    });
    const outputOf = (name: string): string => lanePlans.find((lane) => lane.name === name)?.consumer['CONSUMER_OUTPUT_TOPIC'] ?? '';
    const read = new Set(lanePlans.map(({ reads }) => (reads === undefined ? '' : outputOf(reads))));
    const side = (suffix: string): PlannedTopic[] =>
      [...sideTopicsOf(lanePlans, templates)]
        .filter((name) => !read.has(name))
        .map((name) => {
          const known = plan.topics.find((topic) => topic.name === name);
          return { ...(known ?? { ...declared, config: {} }), name: suffix === '' ? name : `${name}.${suffix}` };
        });
    const topics = (suffix: string): PlannedTopic[] => [...lanePlans.map((lane) => laneTopic(lane, suffix)), ...side(suffix)];
    const kafka =
      options.bootstrap === undefined
        ? await ownKafka(host, run, plan, {
            ...options,
            roles: scenario.needs?.roles ?? options.roles,
            config: brokerConfig,
            topics: topics(''),
          })
        : await borrowedKafka(
            options.bootstrap,
            plan.listeners.some((l) => l.secured),
            topics,
          );
    const group = settingOf(templates.consumer, consumerContract, 'KAFKA_GROUP_ID');
    const made = side('')
      .map((topic) => topic.name)
      .filter((one) => !plan.topics.some((topic) => topic.name === one))
      .map((name) => `the topic ${name}, which the manifests do not have, is made for the drill`);
    const lanes = lanePlans.map((lane): LocalLane => {
      const names = { topic: laneTopic(lane, kafka.suffix), group: [group, lane.name, kafka.suffix].filter(Boolean).join('-') };
      const told: string[] = [];
      const overrides = { producer: {}, consumer: {} };
      for (const role of ['producer', 'consumer'] as const)
        overrides[role] = overridesOf(role, templates[role], lane, { ...names, kafka, tell: (text) => told.push(text) });
      return { plan: lane, workers: { ...templates, overrides }, told, ...names };
    });

    const pending: LogLine[] = [];
    const words = new Map<string, string[]>();
    const resolve = serviceResolver(plan, kafka.bootstrap);
    const deploymentOf = (role: WorkerRole, { plan: lane, workers }: LocalLane): LocalDeployment => {
      const template = workers[role];
      return new LocalDeployment(
        { ...template, deployment: lane.name === undefined ? template.deployment : `${template.deployment}-${lane.name}` },
        {
          runDir: run.dir,
          workingDir: host.packageDir,
          resolve,
          overrides: workers.overrides[role],
          onLine: (pod, line) => {
            const evidence = parseEvidence(line);
            if (evidence !== undefined) pending.push(evidence);
            else words.set(pod, [...(words.get(pod) ?? []).slice(-19), line]);
          },
          onChange: (change) => {
            pending.push({ t: Date.now(), event: 'pod', role, ...change, ...(lane.name === undefined ? {} : { lane: lane.name }) });
          },
        },
      );
    };
    const running = lanes.map((lane) => ({
      lane,
      producer: deploymentOf('producer', lane),
      consumer: deploymentOf('consumer', lane),
      facts: factsOf(lane.workers, {
        backend: 'local',
        environment: options.environment,
        lane: lane.plan.name,
        topic: lane.topic,
        source: lanes.find(({ plan: other }) => lane.plan.reads !== undefined && other.name === lane.plan.reads)?.topic.name,
        group: lane.group,
        brokerConfig: { ...plan.config, ...brokerConfig },
        notes: [...kafka.notes, ...lane.told, ...made],
      }),
    }));
    const find = (name?: string): (typeof running)[number] => {
      const found = running.find(({ lane }) => lane.plan.name === name);
      if (found === undefined) throw new Error(`there is no lane ${String(name)}`);
      return found;
    };
    const all = running.flatMap(({ producer, consumer }) => [producer, consumer]);
    const ownerOf = (pod: string): LocalDeployment => {
      const owner = all.find((deployment) => deployment.names().includes(pod));
      if (owner === undefined) throw new MusterError('bad-input', `no pod ${pod} runs`);
      return owner;
    };
    const poll = (): void => {
      for (const deployment of all) deployment.poll();
    };
    return {
      lanes: running.map(({ facts }): LaneFacts => facts),
      ...localBrokers({ kafka, target: (lane) => ({ topic: find(lane).lane.topic.name, group: find(lane).lane.group }) }),
      scale: async (role, members, lane) => {
        // Its load is that of the lane it reads.
        if (role === 'consumer' || find(lane).lane.plan.reads === undefined) await find(lane)[role].scale(members);
      },
      pods: (role, lane) => find(lane)[role].names(),
      kill: async (pod, { replace }) => {
        ownerOf(pod).kill(pod, 'SIGKILL', { replace });
        return Promise.resolve();
      },
      stop: async (pod) => ownerOf(pod).remove(pod),
      forceDelete: async (pod) => ownerOf(pod).replace(pod, forcedGraceMs),
      freeze: async (pod) => {
        ownerOf(pod).signal(pod, 'SIGSTOP');
        return Promise.resolve();
      },
      thaw: async (pod) => {
        ownerOf(pod).signal(pod, 'SIGCONT');
        return Promise.resolve();
      },
      rollout: async ({ maxSurge }, lane) => find(lane).consumer.rollout(maxSurge),
      group: async (lane) => kafka.admin.group(find(lane).lane.group, find(lane).lane.topic.name),
      offsets: async (lane) => kafka.admin.offsets(find(lane).lane.group, find(lane).lane.topic.name),
      poll: () => {
        poll();
        return pending.splice(0);
      },
      lastWords: (pod) => {
        poll();
        return lastWordsIn(words.get(pod) ?? []);
      },
      close: async () => {
        // Members that leave in order let a borrowed Kafka forget the group at once; our own brokers go with everything else.
        if (options.bootstrap !== undefined) await Promise.all(all.map((deployment) => deployment.scale(0)));
        for (const deployment of all) deployment.close();
        await kafka
          .leave({
            topics: [...lanes.map(({ topic }) => topic.name), ...side(kafka.suffix).map(({ name }) => name)],
            groups: lanes.map((lane) => lane.group),
          })
          .catch(() => undefined);
        await run.remove();
      },
    };
  } catch (error) {
    await run.remove();
    throw error;
  }
}

function checkLane(host: Host, workers: LaneWorkers): void {
  checkProtocol(workers);
  const needsNative = [producerSetting(workers, 'KAFKA_CLIENT'), consumerSetting(workers, 'KAFKA_CLIENT')].includes('librdkafka');
  if (needsNative && !isLibrdkafkaBuilt(host.packageDir))
    throw new MusterError(
      'bad-input',
      'the client librdkafka is not built here: run "npm run build:librdkafka" first, or take --client kafkajs',
    );
}

/** Options of the brokers that the scenario sets, and those where the session of a group of the protocol `consumer` lives. */
function brokerSettings(
  scenario: Scenario,
  lanes: readonly LanePlan[],
  templates: Pick<LaneWorkers, WorkerRole>,
  { bootstrap }: LocalOptions,
): Settings {
  const workers = lanes.map((overrides): LaneWorkers => ({ ...templates, overrides })).filter((one) => protocolOf(one) === 'consumer');
  const [first] = workers;
  const of = (one: LaneWorkers): string =>
    `${consumerSetting(one, 'CONSUMER_SESSION_TIMEOUT_MS')}/${consumerSetting(one, 'CONSUMER_HEARTBEAT_INTERVAL_MS')}`;
  if (first !== undefined && workers.some((one) => of(one) !== of(first)))
    throw new MusterError(
      'bad-input',
      `the lanes of ${scenario.name} want sessions and heartbeats of ${workers.map(of).join(' and ')} ms, but with the protocol consumer they are the brokers', the same for all; give the lanes the same, or another protocol`,
    );
  const session = first === undefined ? '' : consumerSetting(first, 'CONSUMER_SESSION_TIMEOUT_MS');
  const heartbeat = first === undefined ? '' : consumerSetting(first, 'CONSUMER_HEARTBEAT_INTERVAL_MS');
  const settings: Settings = {
    ...(first === undefined
      ? {}
      : {
          'group.consumer.session.timeout.ms': session,
          'group.consumer.min.session.timeout.ms': session,
          'group.consumer.heartbeat.interval.ms': heartbeat,
          'group.consumer.min.heartbeat.interval.ms': heartbeat,
        }),
    ...scenario.broker,
  };
  const names = Object.keys(settings);
  if (bootstrap !== undefined && names.length > 0)
    throw new MusterError(
      'bad-input',
      `${scenario.name} sets ${names.join(', ')} on the brokers, and those at ${bootstrap} are not the drill's to change; run it without --bootstrap`,
    );
  return settings;
}
