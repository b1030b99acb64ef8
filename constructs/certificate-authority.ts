import type { Duration } from 'cdk8s';
import { MusterError } from './model/error.js';

/** Who signs certificates, of brokers or of clients. */
export interface ICertificateAuthority {
  spec(): object;
}

export interface GeneratedAuthorityProps {
  /** How long a certificate of the authority is valid. @default a year */
  readonly validity?: Duration;
  /** How long before its end it is renewed. @default 30 days */
  readonly renewal?: Duration;
  /** Whether a renewal makes a new key too; then clients need the new certificate. @default false */
  readonly replaceKey?: boolean;
}

/** Strimzi's own authority, or one of yours. */
export class CertificateAuthority implements ICertificateAuthority {
  /** Made and renewed by Strimzi, within the cluster's maintenance windows. */
  static generated({ validity, renewal, replaceKey }: GeneratedAuthorityProps = {}): CertificateAuthority {
    if (validity !== undefined && renewal !== undefined && renewal.toDays() >= validity.toDays())
      throw new MusterError(
        'bad-input',
        `a certificate valid for ${validity.toDays()} days cannot be renewed ${renewal.toDays()} days before its end`,
      );
    return new CertificateAuthority({
      generateCertificateAuthority: true,
      validityDays: validity?.toDays(),
      renewalDays: renewal?.toDays(),
      certificateExpirationPolicy: replaceKey === true ? 'replace-key' : undefined,
    });
  }

  /** Yours: before the cluster is applied, the Secrets NAME-cluster-ca, NAME-cluster-ca-cert (or -clients-ca …) must be there. */
  static own(): CertificateAuthority {
    return new CertificateAuthority({ generateCertificateAuthority: false });
  }

  private constructor(private readonly fields: object) {}

  spec(): object {
    return this.fields;
  }
}
