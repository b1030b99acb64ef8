import type { Duration } from 'cdk8s';
import { MusterError } from './model/error.js';

/** How a user shows who it is. */
export interface IUserAuthentication {
  /** Authentication of the listeners that let such a user in. */
  readonly listenerType: string;
  /** Whether it is a certificate. */
  readonly certificate: boolean;
  spec(): object;
}

/** How long a user's certificate is valid, and how long before its end it is renewed. */
export interface CertificateLifetime {
  readonly validity: Duration;
  readonly renewal: Duration;
}

/** The kinds of authentication a user can have. */
export class UserAuthentication implements IUserAuthentication {
  /**
   * A name and a password.
   * @param password Secret and key with a password of your own @default the user operator makes one
   */
  static scramSha512(password?: { readonly secretName: string; readonly key: string }): UserAuthentication {
    return new UserAuthentication('scram-sha-512', false, {
      type: 'scram-sha-512',
      password: password && { valueFrom: { secretKeyRef: { name: password.secretName, key: password.key } } },
    });
  }

  /**
   * A certificate, made by the user operator.
   * @param lifetime @default the lifetimes of the cluster's clients' authority
   */
  static mutualTls(lifetime?: CertificateLifetime): UserAuthentication {
    if (lifetime !== undefined && lifetime.renewal.toDays() >= lifetime.validity.toDays())
      throw new MusterError(
        'bad-input',
        `a certificate valid for ${lifetime.validity.toDays()} days cannot be renewed ${lifetime.renewal.toDays()} days before its end`,
      );
    return new UserAuthentication('tls', true, {
      type: 'tls',
      validityDays: lifetime?.validity.toDays(),
      renewalDays: lifetime?.renewal.toDays(),
    });
  }

  /** A certificate that comes from elsewhere, with `CN=` and the user's name as its subject. */
  static externalTls(): UserAuthentication {
    return new UserAuthentication('tls', true, { type: 'tls-external' });
  }

  private constructor(
    readonly listenerType: string,
    readonly certificate: boolean,
    private readonly fields: object,
  ) {}

  spec(): object {
    return this.fields;
  }
}
