import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';
import ConnectionPool from 'kafkajs/src/network/connectionPool.js';
import createSocketFactory from 'kafkajs/src/network/socketFactory.js';

/** A question to one node, as a call on kafkajs' connection to it. */
export type Question<T> = (broker: Broker) => Promise<T>;

/**
 * The nodes of a cluster, each over a connection of kafkajs that is made when it is needed. No question waits longer than `answerMs` for a node: one
 * that is dead, or alive and silent (frozen, cut off), costs that much at most, and its connection is closed.
 */
export interface Nodes {
  /** Asks whichever answers first of those that are likely to: when one is slow the next is asked as well. Rejects when none answers. */
  any<T>(question: Question<T>): Promise<T>;
  /** As `any`, one after the other: for what must not be done twice. */
  inTurn<T>(question: Question<T>): Promise<T>;
  /** Asks this one. Rejects with the reason within `answerMs`. */
  one<T>(nodeId: number, question: Question<T>): Promise<T>;
  /** Where the nodes are, out of the cluster's own metadata. */
  learn(nodes: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]): void;
  close(): void;
}

/** How to come in; `socketFactory` where the way there is not a plain connection. */
export type NodesSecurity = Pick<KafkaConfig, 'ssl' | 'sasl' | 'socketFactory'>;

const connectMs = 1_000;
/** A node that has not answered by then is not waited for alone. */
const hedgeMs = 200;

/** @param answerMs ms that one node has for an answer, connecting included. @default 3000 */
export function connectNodes(bootstrap: string, security: NodesSecurity = {}, answerMs = 3_000): Nodes {
  const logger = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING }).logger();
  const socketFactory = security.socketFactory ?? createSocketFactory();
  const seeds = bootstrap.split(',').map((address) => address.trim());
  const addresses = new Map<number, string>();
  const connected = new Map<string, Promise<Broker>>();
  /** Addresses that did not answer last time are asked last. */
  const silent = new Set<string>();
  let lastGood: string | undefined;
  let closed = false;

  const open = async (address: string): Promise<Broker> => {
    const [host = '', port = ''] = address.split(/:(?=\d+$)/);
    const connectionPool = new ConnectionPool({
      host,
      port: Number(port),
      rack: null,
      ssl: security.ssl === true ? {} : (security.ssl ?? null),
      sasl: security.sasl ?? null,
      clientId: 'muster',
      socketFactory,
      connectionTimeout: connectMs,
      requestTimeout: answerMs,
      enforceRequestTimeout: false,
      maxInFlightRequests: 100,
      logger,
    });
    for (const { requestQueue } of connectionPool.pool) quiet(requestQueue);
    const broker = new Broker({ connectionPool, logger, nodeId: null, allowAutoTopicCreation: false });
    try {
      await within(answerMs, broker.connect(), `${address} does not answer`);
    } catch (error) {
      shut(broker);
      throw error;
    }
    if (closed) shut(broker);
    return broker;
  };

  const connectionTo = async (address: string): Promise<Broker> => {
    const known = connected.get(address);
    const broker = await known?.catch(() => undefined);
    if (broker?.isConnected() === true) return broker;
    // Somebody else may have begun while we waited.
    const begun = connected.get(address);
    if (begun !== undefined && begun !== known) return begun;
    const opening = open(address);
    connected.set(address, opening);
    opening.catch(() => {
      if (connected.get(address) === opening) connected.delete(address);
    });
    return opening;
  };

  const at = async <T>(address: string, question: Question<T>): Promise<T> => {
    if (closed) throw new Error('the connection is closed');
    try {
      const broker = await connectionTo(address);
      const answer = await within(answerMs, question(broker), `${address} does not answer`);
      silent.delete(address);
      lastGood = address;
      return answer;
    } catch (error) {
      if (isAnswer(error)) throw error;
      silent.add(address);
      if (lastGood === address) lastGood = undefined;
      const broken = connected.get(address);
      connected.delete(address);
      void broken?.then(shut, () => undefined);
      throw error;
    }
  };

  const eachWith = <T>(question: Question<T>): (() => Promise<T>)[] => {
    const known = [...new Set([...addresses.values(), ...seeds])];
    const rank = (address: string): number => (address === lastGood ? 0 : silent.has(address) ? 2 : 1);
    return known.sort((a, b) => rank(a) - rank(b)).map((address) => async () => at(address, question));
  };

  return {
    any: async (question) => firstAnswer(eachWith(question), hedgeMs),
    inTurn: async (question) => firstAnswer(eachWith(question), 2 * answerMs),
    one: async (nodeId, question) => {
      const address = addresses.get(nodeId);
      if (address === undefined) throw new Unanswered(`node ${String(nodeId)} is not in the cluster's metadata`);
      return at(address, question);
    },
    learn: (nodes) => {
      for (const { nodeId, host, port } of nodes) addresses.set(nodeId, `${host}:${String(port)}`);
    },
    close: () => {
      closed = true;
      for (const broker of connected.values()) void broker.then(shut, () => undefined);
      connected.clear();
    },
  };
}

/** Tries one after the other, and the next as well whenever `nextAfterMs` pass without an answer; the first answer counts, else the last reason. */
export async function firstAnswer<T>(tries: readonly (() => Promise<T>)[], nextAfterMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let begun = 0;
    let failed = 0;
    let timer: NodeJS.Timeout | undefined;
    const begin = (): void => {
      clearTimeout(timer);
      const attempt = tries[begun];
      if (attempt === undefined) return;
      begun += 1;
      timer = setTimeout(begin, nextAfterMs);
      attempt().then(
        (answer) => {
          clearTimeout(timer);
          begun = tries.length;
          resolve(answer);
        },
        (error: unknown) => {
          failed += 1;
          if (failed === tries.length) {
            clearTimeout(timer);
            reject(error as Error);
          } else if (failed === begun) begin();
        },
      );
    };
    begin();
  });
}

/** Nobody knows whether the node did what it was asked; with what is only read it is safe to ask again. */
class Unanswered extends Error {
  override readonly name = 'Unanswered';
  readonly retriable = true;
}

async function within<T>(ms: number, work: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Unanswered(`${otherwise} within ${String(ms)} ms`));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** An error that Kafka itself gave: the node is well. */
const isAnswer = (error: unknown): boolean => (error as { name?: unknown } | undefined)?.name === 'KafkaJSProtocolError';

/** Ends the sockets at once: `disconnect` would wait for answers that may never come. */
function shut(broker: Broker): void {
  for (const connection of broker.connectionPool.pool) {
    connection.rejectRequests(Object.assign(new Error('the connection was closed'), { name: 'KafkaJSConnectionClosedError' }));
    connection.socket?.destroy();
  }
  void broker.disconnect().catch(() => undefined);
}

/** kafkajs looks at an empty queue a thousand times a second, which is 2–3.5 % of a core a connection: a drill would measure itself. */
function quiet(queue: object): void {
  const own = queue as { pending: readonly unknown[]; scheduleCheckPendingRequests(): void };
  const check = own.scheduleCheckPendingRequests.bind(queue);
  own.scheduleCheckPendingRequests = () => {
    if (own.pending.length > 0) check();
  };
}
