import { Size, type Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { apiContract, type Settings } from '../workers/contract.js';
import { bytesOf } from './compute.js';
import { DeliveringWorker, type DeliveryProps } from './delivering-worker.js';
import { environmentOf, type EnvironmentVariable } from './worker-environment.js';

export interface ApiWorkerProps extends DeliveryProps {
  /** What is posted. @default 'orders' */
  readonly accepts?: 'orders' | 'reservations';
  /** Longest body taken. @default Size.mebibytes(1) */
  readonly bodyLimit?: Size;
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

  constructor(scope: Construct, id: string, props: ApiWorkerProps) {
    super(scope, id, { component: 'api' }, props, apiContract);
    this.accepts = props.accepts ?? apiContract.API_RESOURCE.default;
    this.bodyLimit = props.bodyLimit ?? Size.kibibytes(apiContract.API_BODY_BYTES.default / 1024);
    this.environment();
  }

  protected override environment(): EnvironmentVariable[] {
    const settings = {
      ...this.commonSettings(),
      ...this.deliverySettings(),
      API_RESOURCE: this.accepts,
      API_BODY_BYTES: bytesOf(this.bodyLimit),
    } as const satisfies Settings<typeof apiContract>;
    return environmentOf<typeof apiContract>(apiContract, settings);
  }
}
