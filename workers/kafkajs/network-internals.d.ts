// The parts of kafkajs 2.2.4 that the transport is built on: its connections, its authentication and its protocol.
declare module 'kafkajs/src/network/connection.js' {
  import type { Socket } from 'node:net';
  interface PendingRequest {
    readonly apiKey: number;
    readonly apiName: string;
    readonly apiVersion: number;
    readonly correlationId: number;
    resolve(response: { readonly payload: Buffer | null }): void;
    reject(error: Error): void;
  }
  class Connection {
    readonly clientId: string;
    readonly sasl: object | null;
    socket: Socket | undefined;
    readonly requestQueue: {
      push(request: { entry: PendingRequest; expectResponse: boolean; requestTimeout: null; sendRequest: () => void }): void;
      maybeThrottle(ms: number): void;
    };
    isConnected(): boolean;
    isAuthenticated(): boolean;
    authenticate(): Promise<void>;
    disconnect(): Promise<boolean>;
    nextCorrelationId(): number;
    rejectRequests(error: Error): void;
  }
  export = Connection;
}
declare module 'kafkajs/src/network/connectionPool.js' {
  import type { logger } from 'kafkajs';
  import type Connection from 'kafkajs/src/network/connection.js';
  class ConnectionPool {
    constructor(options: {
      host: string;
      port: number;
      rack: null;
      ssl: unknown;
      sasl: unknown;
      clientId: string;
      socketFactory: unknown;
      connectionTimeout: number;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
      maxInFlightRequests: number;
      logger: object;
    });
    readonly host: string;
    readonly port: number;
    readonly pool: readonly Connection[];
    getConnection(): Promise<Connection>;
    send<T>(request: { request: object; response: { decode(raw: Buffer): Promise<T>; parse(data: T): Promise<T> } }): Promise<T>;
  }
  export = ConnectionPool;
}
declare module 'kafkajs/src/broker/index.js' {
  import type ConnectionPool from 'kafkajs/src/network/connectionPool.js';
  interface Fetched {
    readonly responses: readonly {
      readonly partitions: {
        readonly messages: {
          readonly offset: string;
          readonly key: Buffer | null;
          readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
          isControlRecord: boolean;
        }[];
        abortedTransactions?: readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
      }[];
    }[];
  }
  class Broker {
    constructor(options: { connectionPool: ConnectionPool; logger: object; nodeId: number | null; allowAutoTopicCreation: boolean });
    readonly connectionPool: ConnectionPool;
    fetch(request: object): Promise<Fetched>;
    findGroupCoordinator(request: { groupId: string }): Promise<object>;
    readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null;
    isConnected(): boolean;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    initProducerId(request: {
      transactionalId: string | undefined;
      transactionTimeout: number;
    }): Promise<{ producerId: string; producerEpoch: number }>;
    lookupRequest<T>(
      apiKey: number,
      definition: object,
    ): (options: object) => { request: object; response: { decode(raw: Buffer): Promise<T>; parse(data: T): Promise<T> } };
  }
  export = Broker;
}
declare module 'kafkajs/src/protocol/requests/index.js' {
  export const requests: { readonly Metadata: object };
}
declare module 'kafkajs/src/protocol/error.js' {
  export function createErrorFromCode(code: number): Error;
}
declare module 'kafkajs/src/network/socketFactory.js' {
  const create: () => unknown;
  export = create;
}
