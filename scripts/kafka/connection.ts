import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import '../../workers/kafkajs/codecs.js';
import { MusterError } from '../../constructs/model/error.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import type { Host } from '../host.js';
import { lookAt } from '../local/environment.js';
import { readClientProperties } from './client-properties.js';
import { connectNodes, type Nodes } from './nodes.js';

/** Which Kafka a command talks to. */
export interface ConnectionArgs {
  /** HOST:PORT list. @default the environment that is up on this machine */
  readonly bootstrap?: string;
  readonly env: string;
  /** File as Kafka's own tools take it. */
  readonly 'command-config'?: string;
}

/**
 * A client of the Kafka that the options name.
 * @throws MusterError `not-reachable` when none is named and none is up here; `bad-input` for a bad file.
 */
export function kafkaOf(host: Host, args: ConnectionArgs): { kafka: Kafka; bootstrap: string } {
  const bootstrap = args.bootstrap ?? upHere(host, args.env);
  const kafka = new Kafka({
    ...securityOf(host, args),
    clientId: 'muster',
    brokers: bootstrap.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
  return { kafka, bootstrap };
}

/** As `kafkaOf`, for questions that no dead or frozen broker may hold up; the caller closes it. */
export function nodesOf(host: Host, args: ConnectionArgs): { nodes: Nodes; bootstrap: string } {
  const bootstrap = args.bootstrap ?? upHere(host, args.env);
  return { nodes: connectNodes(bootstrap, securityOf(host, args)), bootstrap };
}

function securityOf(host: Host, args: ConnectionArgs): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return args['command-config'] === undefined ? {} : readClientProperties(host.cwd, args['command-config']);
}

function upHere(host: Host, env: string): string {
  const environment = lookAt(host.cwd, env);
  if (environment.is === 'running') return environment.state.bootstrap;
  throw new MusterError(
    'not-reachable',
    `no Kafka is named, and ${env} is not up here: give --bootstrap HOST:PORT (and --command-config FILE where it asks for a user), or start it with "muster up --env ${env}"`,
  );
}

/** @throws MusterError `bad-input` naming the topics there are, when this one is not among them. */
export async function refuseUnknownTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const names = (await admin.listTopics()).filter((name) => !name.startsWith('__')).sort();
    if (!names.includes(topic))
      throw new MusterError(
        'bad-input',
        `there is no topic "${topic}" here${didYouMean(topic, names)}; there are ${names.join(', ') || 'none'}`,
      );
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs' words for a Kafka that does not answer, or does not let us in, as ours. */
export function asMusterError(error: unknown, bootstrap: string): unknown {
  if (error instanceof MusterError || !(error instanceof Error)) return error;
  let cause: Error = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  const type = 'type' in cause ? String(cause.type) : cause.name;
  if (/AUTHENTICATION|SASL|AUTHORIZATION/i.test(type) || /authenti|authoriz|certificate|SSL/i.test(cause.message))
    return new MusterError('bad-input', `${bootstrap} does not let us in: ${cause.message}; see --command-config`, { cause });
  return new MusterError(
    'not-reachable',
    `no Kafka answers at ${bootstrap}: ${cause.message}; check the address and that the cluster runs`,
    {
      cause,
    },
  );
}
