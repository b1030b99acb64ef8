import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { apiContract, type Settings } from '../workers/contract.js';
import { bytesOf } from './compute.js';
import { DeliveringWorker, type DeliveryProps } from './delivering-worker.js';
import { environmentOf, type EnvironmentVariable } from './worker-environment.js';

/** Whoever posts is told whether the record was taken: there is nothing to keep for later, and nothing less than all replicas will do. */
export interface ApiWorkerProps extends Omit<DeliveryProps, 'acks' | 'retryTopic' | 'deadLetters'> {
  /** What is posted. @default 'orders' */
  readonly accepts?: 'orders' | 'reservations';
  /** Longest body taken. @default Size.mebibytes(1) */
  readonly bodyLimit?: Size;
  /** From SIGTERM on, requests are still taken so long, until routers have heard that the pod is going. @default Duration.seconds(5) */
  readonly drain?: Duration;
  /** @default 'lz4' */
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** Longest wait for a batch to fill. @default Duration.millis(10) */
  readonly linger?: Duration;
  /** @default Duration.seconds(2) */
  readonly requestTimeout?: Duration;
  /** A record not acknowledged by then is given up, and the caller told so. @default Duration.seconds(5) */
  readonly deliveryTimeout?: Duration;
}

/** Takes records in by HTTP. Give it an `exposure`, or nobody reaches it. */
export class ApiWorker extends DeliveringWorker {
  readonly accepts: 'orders' | 'reservations';
  readonly bodyLimit: Size;
  readonly drain: Duration;

  constructor(scope: Construct, id: string, props: ApiWorkerProps) {
    super(scope, id, { component: 'api' }, props, apiContract);
    this.accepts = props.accepts ?? apiContract.API_RESOURCE.default;
    this.bodyLimit = props.bodyLimit ?? Size.kibibytes(apiContract.API_BODY_BYTES.default / 1024);
    this.drain = props.drain ?? Duration.millis(apiContract.API_DRAIN_MS.default);
    this.environment();
  }

  protected override environment(): EnvironmentVariable[] {
    const settings = {
      ...this.commonSettings(),
      ...this.deliverySettings(),
      API_RESOURCE: this.accepts,
      API_BODY_BYTES: bytesOf(this.bodyLimit),
      API_DRAIN_MS: this.drain.toMilliseconds(),
    } as const satisfies Settings<typeof apiContract>;
    return environmentOf<typeof apiContract>(apiContract, settings);
  }
}
