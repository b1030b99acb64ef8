import type { IKafkaUser } from './kafka-user.js';

/** How brokers decide who may do what. */
export interface IKafkaAuthorization {
  /** Whether users' ACLs are kept by Kafka itself, so that the user operator can write them. */
  readonly acls: boolean;
  /** @param superUsers principals that may do everything, besides those of the authorisation's own */
  spec(superUsers: readonly string[]): object;
}

/** The kinds of authorisation that Strimzi knows. */
export class KafkaAuthorization implements IKafkaAuthorization {
  /**
   * ACLs, kept by Kafka: what no grant allows is refused.
   * @param superUsers may do everything: users, or principals such as `CN=admin`
   */
  static simple(superUsers: readonly (IKafkaUser | string)[] = []): KafkaAuthorization {
    return new KafkaAuthorization('simple', true, superUsers);
  }

  /**
   * An authoriser of one's own.
   * @param authorizerClass its Java class, which the image must hold
   * @param supportsAdminApi whether ACLs can be written by Kafka's admin API
   */
  static custom(authorizerClass: string, supportsAdminApi = false, superUsers: readonly (IKafkaUser | string)[] = []): KafkaAuthorization {
    return new KafkaAuthorization('custom', supportsAdminApi, superUsers, { authorizerClass, supportsAdminApi });
  }

  private constructor(
    private readonly type: string,
    readonly acls: boolean,
    private readonly superUsers: readonly (IKafkaUser | string)[],
    private readonly options: object = {},
  ) {}

  spec(others: readonly string[]): object {
    const own = this.superUsers.map((user) => (typeof user === 'string' ? user : user.principal));
    const superUsers = [...new Set([...own, ...others])].sort();
    return { type: this.type, ...this.options, superUsers: superUsers.length === 0 ? undefined : superUsers };
  }
}
