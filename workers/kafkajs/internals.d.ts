// The parts of kafkajs 2.2.4 that kafkajs-corrections.ts reaches into; the package is pinned to that version.
declare module 'kafkajs/src/network/requestQueue/index.js' {
  class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
  export = RequestQueue;
}
declare module 'kafkajs/src/cluster/index.js' {
  class Cluster {
    findGroupCoordinatorMetadata(request: { groupId: string }): Promise<object>;
  }
  export = Cluster;
}
declare module 'kafkajs/src/consumer/consumerGroup.js' {
  interface Coordinator {
    offsetFetch(request: { groupId: string; topics: { topic: string; partitions: { partition: number }[] }[] }): Promise<{
      responses: { topic: string; partitions: { partition: number; offset: string; metadata: string | null }[] }[];
    }>;
  }
  interface OffsetManager {
    coordinator: unknown;
    getCoordinator(): Promise<Coordinator>;
  }
  class ConsumerGroup {
    readonly groupId: string;
    readonly assigners: readonly object[];
    readonly cluster: { findGroupCoordinator(options: { groupId: string }): Promise<unknown>; refreshMetadata(): Promise<void> };
    coordinator: unknown;
    memberId: string | null;
    offsetManager: OffsetManager | null;
    joinAndSync(): Promise<void>;
    fetch(nodeId: string): Promise<object[]>;
    recoverFromFetch(error: Error): Promise<void>;
    heartbeat(options: { interval: number }): Promise<void>;
    leave(): Promise<void>;
    assigned(): { topic: string; partitions: readonly number[] }[];
    commitOffsets(offsets: {
      topics: { topic: string; partitions: { partition: number; offset: string; metadata?: string | undefined }[] }[];
    }): Promise<void>;
  }
  export = ConsumerGroup;
}
declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  const answer: { decode(raw: Buffer): Promise<object> };
  export = answer;
}
declare module 'kafkajs-snappy' {
  interface SnappyCodec {
    compress(encoder: { buffer: Buffer }): Promise<Buffer>;
    decompress(buffer: Buffer): Promise<Buffer>;
  }
  const create: () => SnappyCodec;
  export = create;
}
