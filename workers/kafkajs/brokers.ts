import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';
import type Connection from 'kafkajs/src/network/connection.js';
import ConnectionPool from 'kafkajs/src/network/connectionPool.js';
import createSocketFactory from 'kafkajs/src/network/socketFactory.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { requests } from 'kafkajs/src/protocol/requests/index.js';
import { ClientError } from '../client-port.js';
import type { Security } from '../security.js';
import { clientErrorOf } from './client-error.js';

const metadataKey = 3;

interface Metadata {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number;
    readonly partitionMetadata: readonly { readonly partitionErrorCode: number; readonly partitionId: number; readonly leader: number }[];
  }[];
}

export interface BrokersOptions {
  readonly bootstrapServers: string;
  readonly clientId: string;
  /** Ms. */
  readonly requestTimeoutMs: number;
  readonly security: Security;
  /** kafkajs' own. */
  readonly logger: ReturnType<Kafka['logger']>;
}

/** The brokers of a cluster, each over one connection of kafkajs, connected when it is needed. */
export interface Brokers {
  /** Rejects with `ClientError`. */
  connectionTo(nodeId: number): Promise<{ readonly broker: Broker; readonly connection: Connection }>;
  /** Whichever can be reached. Rejects with `ClientError` when none can. */
  any(): Promise<Broker>;
  /** Leader of each partition by its number, -1 where there is none at present. Rejects with `ClientError`; an unknown topic is `UNKNOWN_TOPIC_OR_PARTITION`. */
  leadersOf(topic: string): Promise<readonly number[]>;
  /** Closes the connection to a broker that does not answer; what waits on it is rejected. */
  drop(nodeId: number): void;
  close(): Promise<void>;
}

/** Produce requests in flight to one broker, as Java's max.in.flight.requests.per.connection. */
const mostInFlight = 5;
const connectionTimeoutMs = 2_000;

/**
 * kafkajs' own cluster fails all topics when one of them, or one partition of one, has an error, and keeps a connection on which nothing
 * comes any more; here a topic stands for itself, and a connection that does not answer is closed.
 */
export function createBrokers({ bootstrapServers, clientId, requestTimeoutMs, security, logger }: BrokersOptions): Brokers {
  const seeds = bootstrapServers.split(',');
  let nextSeed = 0;
  let seed: Broker | undefined;
  const addresses = new Map<number, { readonly host: string; readonly port: number }>();
  const connected = new Map<number, Promise<Broker>>();
  const socketFactory = createSocketFactory();
  let closed = false;

  const open = async (host: string, port: number, nodeId: number | null): Promise<Broker> => {
    if (closed) throw new ClientError('the client is closed', 'DISCONNECTED', 'retriable', false);
    const connectionPool = new ConnectionPool({
      host,
      port,
      rack: null,
      ssl: security.ssl ?? null,
      sasl: security.sasl ?? null,
      clientId,
      socketFactory,
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      enforceRequestTimeout: true,
      maxInFlightRequests: mostInFlight,
      logger,
    });
    const broker = new Broker({ connectionPool, logger, nodeId, allowAutoTopicCreation: false });
    try {
      await broker.connect();
      return broker;
    } catch (error) {
      shut(broker);
      throw sureNotDone(error);
    }
  };

  const brokerOf = async (nodeId: number): Promise<Broker> => {
    const known = await connected.get(nodeId)?.catch(() => undefined);
    if (known?.isConnected() === true) return known;
    const address = addresses.get(nodeId);
    if (address === undefined) throw new ClientError(`broker ${nodeId} is not known`, 'BROKER_NOT_AVAILABLE', 'retriable', false);
    // Another may have begun in the meantime.
    const begun = connected.get(nodeId);
    if (begun !== undefined) {
      const other = await Promise.race([begun.catch(() => undefined), sleep(0, 'pending' as const)]);
      if (other === 'pending') return begun;
      if (other?.isConnected() === true) return other;
    }
    const opening = open(address.host, address.port, nodeId);
    connected.set(nodeId, opening);
    try {
      return await opening;
    } catch (error) {
      if (connected.get(nodeId) === opening) connected.delete(nodeId);
      throw error;
    }
  };

  const any = async (): Promise<Broker> => {
    const nodes = [...connected.keys(), ...[...addresses.keys()].filter((id) => !connected.has(id)).sort(() => Math.random() - 0.5)];
    let last: unknown;
    for (const id of nodes) {
      try {
        return await brokerOf(id);
      } catch (error) {
        last = error;
        if (isRefusal(error)) throw error;
      }
    }
    if (seed?.isConnected() === true) return seed;
    for (let tries = 0; tries < seeds.length; tries += 1) {
      const [host = '', port = ''] = (seeds[nextSeed++ % seeds.length] ?? '').split(/:(?=\d+$)/);
      try {
        seed = await open(host, Number(port), null);
        return seed;
      } catch (error) {
        last = error;
        if (isRefusal(error)) throw error;
      }
    }
    throw last;
  };

  const leadersOf = async (topic: string): Promise<readonly number[]> => {
    const broker = await any();
    const ask = broker.lookupRequest<Metadata>(metadataKey, requests.Metadata)({ topics: [topic], allowAutoTopicCreation: false });
    let answer: Metadata;
    try {
      answer = await broker.connectionPool.send({
        request: ask.request,
        response: { decode: (raw) => ask.response.decode(raw), parse: (data) => Promise.resolve(data) },
      });
    } catch (error) {
      shut(broker);
      throw sureNotDone(error);
    }
    for (const { nodeId, host, port } of answer.brokers) {
      const before = addresses.get(nodeId);
      addresses.set(nodeId, { host, port });
      if (before !== undefined && (before.host !== host || before.port !== port)) dropNode(nodeId);
    }
    const [metadata] = answer.topicMetadata;
    if (metadata === undefined) throw new ClientError(`nobody knows topic ${topic}`, 'UNKNOWN_TOPIC_OR_PARTITION', 'retriable', false);
    if (metadata.topicErrorCode !== 0) throw sureNotDone(createErrorFromCode(metadata.topicErrorCode));
    const leaders: number[] = [];
    for (const { partitionId, leader } of metadata.partitionMetadata) leaders[partitionId] = leader;
    return leaders;
  };

  const dropNode = (nodeId: number): void => {
    const opening = connected.get(nodeId);
    connected.delete(nodeId);
    opening?.then(shut, () => undefined);
  };

  return {
    connectionTo: async (nodeId) => {
      const broker = await brokerOf(nodeId);
      const connection = await broker.connectionPool.getConnection();
      try {
        // The broker may limit how long a login is good for.
        if (connection.sasl !== null && !connection.isAuthenticated()) await connection.authenticate();
      } catch (error) {
        throw sureNotDone(error);
      }
      return { broker, connection };
    },
    any,
    leadersOf,
    drop: dropNode,
    async close() {
      closed = true;
      const all = await Promise.allSettled(connected.values());
      for (const one of all) if (one.status === 'fulfilled') shut(one.value);
      if (seed !== undefined) shut(seed);
    },
  };
}

/** Ends the sockets at once: `disconnect` would wait for answers that may never come. */
function shut(broker: Broker): void {
  for (const connection of broker.connectionPool.pool) {
    connection.rejectRequests(Object.assign(new Error('the connection was closed'), { name: 'KafkaJSConnectionClosedError' }));
    connection.socket?.destroy();
  }
  void broker.disconnect().catch(() => undefined);
}

/** Of an error before the request was sent. */
function sureNotDone(thrown: unknown): ClientError {
  const { message, code, kind, cause } = clientErrorOf(thrown);
  return new ClientError(message, code, kind, false, { cause });
}

const isRefusal = (error: unknown): boolean => error instanceof ClientError && error.kind === 'configuration';
