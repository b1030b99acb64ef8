import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { Manifest } from './manifest.js';

/** What a worker that serves HTTP is reached by. */
export interface ExposedWorker {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
}

/** How far a worker's HTTP reaches. */
export interface IWorkerExposure {
  /** Namespaces whose pods must be let in, by their labels, besides those that measure. */
  readonly callers: readonly Readonly<Record<string, string>>[];
  /** Makes what it takes, below the worker. */
  expose(worker: Construct, exposed: ExposedWorker): void;
}

export interface RouteProps {
  /** @default OpenShift makes one of its own domain */
  readonly host?: string;
}

/** The ways a worker's HTTP is reached. */
export class WorkerExposure implements IWorkerExposure {
  /** By a Service, from namespaces whose labels are named. */
  static service(...callers: readonly Readonly<Record<string, string>>[]): WorkerExposure {
    return new WorkerExposure(callers);
  }

  /** By a Route of OpenShift, which ends TLS and sends plain HTTP on to HTTPS. */
  static route({ host }: RouteProps = {}): WorkerExposure {
    // OpenShift's routers live in namespaces with this label.
    return new WorkerExposure([{ 'policy-group.network.openshift.io/ingress': '' }], { host });
  }

  private constructor(
    readonly callers: readonly Readonly<Record<string, string>>[],
    private readonly route?: RouteProps,
  ) {}

  expose(worker: Construct, { name, labels, selector }: ExposedWorker): void {
    const targetPort = k8s.IntOrString.fromString('http');
    new Manifest(
      worker,
      'Service',
      k8s.KubeService.manifest({ metadata: { name, labels }, spec: { selector, ports: [{ name: 'http', port: 80, targetPort }] } }),
    );
    if (this.route === undefined) return;
    new Manifest(worker, 'Route', {
      apiVersion: 'route.openshift.io/v1',
      kind: 'Route',
      metadata: { name, labels },
      spec: {
        host: this.route.host,
        to: { kind: 'Service', name, weight: 100 },
        port: { targetPort: 'http' },
        tls: { termination: 'edge', insecureEdgeTerminationPolicy: 'Redirect' },
      },
    });
  }
}
