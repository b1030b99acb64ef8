import { Construct } from 'constructs';
import { Manifest } from './manifest.js';
import { pinnedName } from './names.js';
import { resourcesOf, type ComputeResources } from './compute.js';

export interface WorkerImageProps {
  /** Name of the ImageStream and its BuildConfig, pinned. */
  readonly name: string;
  /** Tag that a build gives. */
  readonly tag: string;
  /** Of the build's pod. */
  readonly resources: ComputeResources;
  /** ImageStreamTag to build on, of the namespace `openshift`. @default 'nodejs:22-ubi9' */
  readonly base?: string;
  /** @default 'Containerfile' */
  readonly containerfile?: string;
}

/** On OpenShift: an image built from the checkout that `oc start-build NAME --from-dir=.` sends, and kept in the namespace. */
export class WorkerImage extends Construct {
  readonly name: string;
  readonly base: string;
  readonly containerfile: string;
  readonly resource: Manifest;

  constructor(scope: Construct, id: string, props: WorkerImageProps) {
    super(scope, id);
    this.name = pinnedName('the image', props.name);
    this.base = props.base ?? 'nodejs:22-ubi9';
    this.containerfile = props.containerfile ?? 'Containerfile';
    const metadata = { name: this.name, labels: { 'app.kubernetes.io/managed-by': 'muster' } };
    new Manifest(this, 'Stream', {
      apiVersion: 'image.openshift.io/v1',
      kind: 'ImageStream',
      metadata,
      spec: { lookupPolicy: { local: true } },
    });
    this.resource = new Manifest(this, 'Resource', {
      apiVersion: 'build.openshift.io/v1',
      kind: 'BuildConfig',
      metadata,
      spec: {
        source: { type: 'Binary', binary: {} },
        strategy: {
          type: 'Docker',
          dockerStrategy: {
            from: { kind: 'ImageStreamTag', namespace: 'openshift', name: this.base },
            dockerfilePath: this.containerfile,
          },
        },
        output: { to: { kind: 'ImageStreamTag', name: `${this.name}:${props.tag}` } },
        resources: resourcesOf(props.resources),
        runPolicy: 'Serial',
        successfulBuildsHistoryLimit: 2,
        failedBuildsHistoryLimit: 2,
      },
    });
  }
}
