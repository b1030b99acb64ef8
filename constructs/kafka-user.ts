import { Construct } from 'constructs';
import { aclsOf, type Grant } from './acl.js';
import { clientQuotasSpec, type ClientQuotas } from './broker-quotas.js';
import type { IKafkaCluster } from './kafka-cluster.js';
import { strimziManifest, type Manifest } from './manifest.js';
import { MusterError } from './model/error.js';
import { pinnedName } from './names.js';
import type { Reasons } from './reasons.js';
import { UserAuthentication, type IUserAuthentication } from './user-authentication.js';

export interface KafkaUserProps {
  readonly cluster: IKafkaCluster;
  /** Name of the `KafkaUser`, of its Secret, and of the user in Kafka; pinned. */
  readonly name: string;
  /** How the user shows who it is; the cluster needs a listener that asks for it. @default UserAuthentication.scramSha512() */
  readonly authentication?: IUserAuthentication;
  /** What the user may take of each broker. @default the cluster's quotas */
  readonly quotas?: ClientQuotas;
  /** May do everything, whatever is granted. @default false */
  readonly superUser?: boolean;
  /** Why the user is what it is. @default none */
  readonly reasons?: Reasons;
}

/** A user that topics grant rights to, and clients come in as. */
export interface IKafkaUser {
  readonly name: string;
  readonly cluster: IKafkaCluster;
  readonly authentication: IUserAuthentication;
  /** As a super user is written: `CN=name` with a certificate, else the name. */
  readonly principal: string;
  /** Secret in the cluster's namespace with what the user shows. */
  readonly secretName: string;
  /** Lets the user do something. Prefer the grants of a topic, which know what goes together. */
  grant(grant: Grant): void;
  /** Transactions under an id, or under every id that begins so. @param pattern @default 'literal' */
  grantTransactions(transactionalId: string, pattern?: 'literal' | 'prefix'): void;
}

/** A user of a cluster, which may do what it was granted and nothing else. */
export class KafkaUser extends Construct implements IKafkaUser {
  readonly name: string;
  readonly cluster: IKafkaCluster;
  readonly authentication: IUserAuthentication;
  readonly superUser: boolean;
  readonly secretName: string;
  readonly resource: Manifest;

  private readonly grants: Grant[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KafkaUserProps,
  ) {
    super(scope, id);
    this.name = pinnedName('the KafkaUser', props.name);
    this.cluster = props.cluster;
    this.authentication = props.authentication ?? UserAuthentication.scramSha512();
    this.superUser = props.superUser ?? false;
    this.secretName = this.name;

    const { listenerType } = this.authentication;
    if (!this.cluster.listeners.some(({ authentication }) => authentication?.type === listenerType)) {
      throw new MusterError(
        'bad-input',
        `user ${this.name} has authentication ${listenerType}, but no listener of Kafka ${this.cluster.name} asks for it: it could never come in; give the cluster such a listener`,
      );
    }
    if (this.authentication.certificate && this.name.length > 64)
      throw new MusterError('bad-input', `user ${this.name} has ${this.name.length} characters: the name of a certificate has 64 at most`);
    if (this.superUser) this.cluster.attachSuperUser(this);

    this.resource = strimziManifest(this, {
      kind: 'KafkaUser',
      name: this.name,
      // The user operator watches the cluster's namespace only.
      namespace: this.cluster.namespace,
      clusterName: this.cluster.name,
      reasons: props.reasons,
      spec: () => this.spec(),
    });
  }

  get principal(): string {
    return this.authentication.certificate ? `CN=${this.name}` : this.name;
  }

  grant(grant: Grant): void {
    if (this.cluster.authorization?.acls !== true) {
      throw new MusterError(
        'bad-input',
        `user ${this.name} is granted something, but Kafka ${this.cluster.name} keeps no ACLs: the operator would refuse the user; give the cluster KafkaAuthorization.simple()`,
      );
    }
    this.grants.push(grant);
  }

  /**
   * Transactions under an id, and where the client names its pods by it, under every id that begins so.
   * @param pattern @default 'literal'
   */
  grantTransactions(transactionalId: string, pattern: 'literal' | 'prefix' = 'literal'): void {
    this.grant({
      resource: { type: 'transactionalId', name: transactionalId, patternType: pattern },
      operations: ['Describe', 'Write'],
    });
  }

  private spec(): object {
    const { quotas } = this.props;
    return {
      authentication: this.authentication.spec(),
      authorization: this.grants.length === 0 ? undefined : { type: 'simple', acls: aclsOf(this.grants) },
      quotas: quotas && clientQuotasSpec(quotas),
    };
  }
}
