import { MusterError } from './model/error.js';

/** How clients of a listener show who they are. */
export interface IListenerAuthentication {
  /** As Strimzi calls it; a user with the same kind of authentication may come in. */
  readonly type: string;
  /** Whether it works over TLS only. */
  readonly needsTls: boolean;
  spec(): object;
}

/** The kinds of authentication a listener can ask for. */
export class ListenerAuthentication implements IListenerAuthentication {
  /** A certificate of each client, signed by the clients' certificate authority. */
  static mutualTls(): ListenerAuthentication {
    return new ListenerAuthentication('tls', true);
  }

  /** A name and a password, of which Kafka keeps no more than a salted hash. */
  static scramSha512(): ListenerAuthentication {
    return new ListenerAuthentication('scram-sha-512', false);
  }

  /**
   * Anything else that Kafka can do, OAuth among it.
   * @param listenerConfig options of the listener, by Kafka's own names without their prefix
   */
  static custom(listenerConfig: Readonly<Record<string, unknown>>, sasl = true): ListenerAuthentication {
    return new ListenerAuthentication('custom', false, { sasl, listenerConfig });
  }

  private constructor(
    readonly type: string,
    readonly needsTls: boolean,
    private readonly options: object = {},
  ) {}

  spec(): object {
    return { type: this.type, ...this.options };
  }
}

/** One way into the brokers. */
export interface IKafkaListener {
  readonly name: string;
  readonly port: number;
  readonly tls: boolean;
  /** What clients show; undefined where everybody may come in. */
  readonly authentication?: IListenerAuthentication;
  /** Whether clients inside the Kubernetes cluster reach it by the bootstrap service. */
  readonly internal: boolean;
  spec(): object;
}

export interface ListenerProps {
  /** 1 to 11 lower-case letters or digits. */
  readonly name: string;
  /** 9092 or above; not 9404 and 9999, which Strimzi uses itself. */
  readonly port: number;
  /** @default true */
  readonly tls?: boolean;
  /** @default none: whoever reaches the listener may come in */
  readonly authentication?: IListenerAuthentication;
  /** Peers of a NetworkPolicy that alone may connect, in Kubernetes' own words. @default everybody */
  readonly networkPolicyPeers?: readonly object[];
  /** Secret with a certificate of your own in place of Strimzi's. @default Strimzi's certificate */
  readonly certificate?: ListenerCertificate;
  /** Further fields of `configuration`, by Strimzi's own names. @default none */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** Where a certificate lies. */
export interface ListenerCertificate {
  readonly secretName: string;
  /** @default 'tls.crt' */
  readonly certificate?: string;
  /** @default 'tls.key' */
  readonly key?: string;
}

export interface HostedListenerProps extends ListenerProps {
  /** Host name at which clients begin. */
  readonly bootstrapHost: string;
  /** Host name of a broker; `{nodeId}` stands for its id. */
  readonly hostTemplate: string;
}

export interface RouteListenerProps extends ListenerProps {
  /** @default OpenShift makes one of its own domain */
  readonly bootstrapHost?: string;
  /** Host name of a broker; `{nodeId}` stands for its id. @default OpenShift makes them */
  readonly hostTemplate?: string;
}

export interface IngressListenerProps extends HostedListenerProps {
  /** Class of the ingress controller, which must pass TLS through. @default the default class */
  readonly ingressClass?: string;
}

export interface TlsRouteListenerProps extends HostedListenerProps {
  /** The gateways of the Gateway API that the routes belong to. */
  readonly gateways: readonly { readonly name: string; readonly namespace?: string; readonly sectionName?: string }[];
}

/** The ways into the brokers that Strimzi knows. TLS is on unless turned off. */
export class KafkaListener implements IKafkaListener {
  /** For clients inside the Kubernetes cluster. */
  static internal(props: ListenerProps): KafkaListener {
    return new KafkaListener('internal', props);
  }

  /** As `internal`, with a ClusterIP service for each broker: for proxies of one's own. */
  static clusterIp(props: ListenerProps): KafkaListener {
    return new KafkaListener('cluster-ip', props);
  }

  /** A port of every Kubernetes node. */
  static nodePort(props: ListenerProps): KafkaListener {
    return new KafkaListener('nodeport', props);
  }

  /** A load balancer for each broker, and one to begin at. */
  static loadBalancer(props: ListenerProps): KafkaListener {
    return new KafkaListener('loadbalancer', props);
  }

  /** OpenShift's routes, on port 443; TLS always. */
  static route(props: RouteListenerProps): KafkaListener {
    return new KafkaListener('route', props, hosts(props));
  }

  /** An ingress controller that passes TLS through; TLS always. Strimzi is giving it up: prefer `route` or `tlsRoute`. */
  static ingress(props: IngressListenerProps): KafkaListener {
    return new KafkaListener('ingress', props, { ...hosts(props), class: props.ingressClass });
  }

  /** TLSRoutes of the Gateway API; TLS always. */
  static tlsRoute(props: TlsRouteListenerProps): KafkaListener {
    if (props.gateways.length === 0)
      throw new MusterError('bad-input', `listener ${props.name} has no gateway: a TLSRoute belongs to one or more; name it in gateways`);
    return new KafkaListener('tlsroute', props, { ...hosts(props), parentRefs: props.gateways });
  }

  readonly name: string;
  readonly port: number;
  readonly tls: boolean;
  readonly authentication: IListenerAuthentication | undefined;

  private constructor(
    private readonly type: string,
    private readonly props: ListenerProps,
    private readonly ownConfiguration: object = {},
  ) {
    this.name = props.name;
    this.port = props.port;
    this.tls = props.tls ?? true;
    this.authentication = props.authentication;
    const problem = this.problem();
    if (problem !== undefined) throw new MusterError('bad-input', `listener ${this.name} ${problem}`);
  }

  get internal(): boolean {
    return this.type === 'internal' || this.type === 'cluster-ip';
  }

  spec(): object {
    const { certificate, networkPolicyPeers } = this.props;
    const configuration = {
      brokerCertChainAndKey: certificate && {
        secretName: certificate.secretName,
        certificate: certificate.certificate ?? 'tls.crt',
        key: certificate.key ?? 'tls.key',
      },
      ...this.ownConfiguration,
      ...this.props.configuration,
    };
    return {
      name: this.name,
      port: this.port,
      type: this.type,
      tls: this.tls,
      authentication: this.authentication?.spec(),
      configuration: Object.values(configuration).some((value) => value !== undefined) ? configuration : undefined,
      networkPolicyPeers,
    };
  }

  private problem(): string | undefined {
    const { name, port, tls, authentication } = this;
    if (!/^[a-z0-9]{1,11}$/.test(name)) return 'has a name that is not legal: use 1 to 11 lower-case letters or digits';
    if (!Number.isInteger(port) || port < 9092 || port > 65_535 || [9404, 9999].includes(port))
      return `has port ${port}: use one from 9092 up, but not 9404 or 9999, which Strimzi uses itself`;
    if (tls) return undefined;
    if (['route', 'ingress', 'tlsroute'].includes(this.type))
      return `is of type ${this.type}, which finds its broker by the name in the TLS handshake: leave tls on`;
    if (authentication?.needsTls === true) return `has authentication ${authentication.type}, which works over TLS only: leave tls on`;
    return this.props.certificate === undefined ? undefined : 'has a certificate, which only TLS shows: leave tls on';
  }
}

const hosts = ({ bootstrapHost, hostTemplate }: RouteListenerProps): object => ({
  bootstrap: bootstrapHost === undefined ? undefined : { host: bootstrapHost },
  hostTemplate,
});
