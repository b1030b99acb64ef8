import { Chart, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu } from '../constructs/cpu.js';
import { WorkerImage } from '../constructs/worker-image.js';

export interface ImagesProps {
  readonly namespace: string;
  /** Tag that a build gives: the version of the workers. */
  readonly tag: string;
}

/** On OpenShift: the image of the workers, built and kept in the namespace. */
export class Images extends Chart {
  constructor(scope: Construct, id: string, { namespace, tag }: ImagesProps) {
    super(scope, id, { namespace, disableResourceNameHashes: true });
    new WorkerImage(this, 'Workers', {
      name: 'muster-workers',
      tag,
      resources: { cpuRequest: Cpu.millis(500), cpuLimit: Cpu.cores(1), memoryRequest: Size.gibibytes(1), memoryLimit: Size.gibibytes(2) },
    });
  }
}
