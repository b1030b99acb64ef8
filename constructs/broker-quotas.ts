import type { Size } from 'cdk8s';
import { bytesOf } from './compute.js';
import { MusterError } from './model/error.js';

/** What brokers let clients do at most. */
export interface IBrokerQuotas {
  spec(): object;
}

/** For each client, by Kafka's own quotas. */
export interface ClientQuotas {
  /** Bytes a second that one client may write to a broker. @default no limit */
  readonly produceRate?: Size;
  /** Bytes a second that one client may read from a broker. @default no limit */
  readonly consumeRate?: Size;
  /** Share of a broker's threads, in percent: 200 is two whole threads. @default no limit */
  readonly requestPercentage?: number;
  /** Partitions a second that one client may make or delete. @default no limit */
  readonly controllerMutationRate?: number;
}

/** For all clients of a broker together, by Strimzi's plugin. */
export interface SharedQuotas {
  /** Bytes a second that all clients together may write to a broker. @default no limit */
  readonly produceRate?: Size;
  /** Bytes a second that all clients together may read from a broker. @default no limit */
  readonly consumeRate?: Size;
  /** Writes stop while any volume has less space than this. @default no limit */
  readonly minAvailablePerVolume?: Size;
  /** Writes stop while any volume has less than this part of its space, 0 to 1. @default no limit */
  readonly minAvailableRatioPerVolume?: number;
  /** Principals that no limit holds for. @default none */
  readonly excludedPrincipals?: readonly string[];
}

/** The fields that clients' quotas have in a manifest, of a user and of a cluster alike. */
export function clientQuotasSpec({ produceRate, consumeRate, requestPercentage, controllerMutationRate }: ClientQuotas): object {
  return {
    producerByteRate: produceRate && bytesOf(produceRate),
    consumerByteRate: consumeRate && bytesOf(consumeRate),
    requestPercentage,
    controllerMutationRate,
  };
}

/** The two kinds of quotas that Strimzi sets up. */
export class BrokerQuotas implements IBrokerQuotas {
  /** Kafka's own, for each client that has no quotas of its own. */
  static eachClient(quotas: ClientQuotas): BrokerQuotas {
    return new BrokerQuotas({ type: 'kafka', ...clientQuotasSpec(quotas) });
  }

  /** Strimzi's plugin, for all clients of a broker together; it keeps volumes from filling up. */
  static allClients(quotas: SharedQuotas): BrokerQuotas {
    const { produceRate, consumeRate, minAvailablePerVolume, minAvailableRatioPerVolume, excludedPrincipals } = quotas;
    if (minAvailablePerVolume !== undefined && minAvailableRatioPerVolume !== undefined)
      throw new MusterError('bad-input', 'quotas: space left on a volume is given as a size and as a ratio; Strimzi takes one of the two');
    return new BrokerQuotas({
      type: 'strimzi',
      ...clientQuotasSpec({ produceRate, consumeRate }),
      minAvailableBytesPerVolume: minAvailablePerVolume && bytesOf(minAvailablePerVolume),
      minAvailableRatioPerVolume,
      excludedPrincipals,
    });
  }

  private constructor(private readonly fields: object) {}

  spec(): object {
    return this.fields;
  }
}
