import type { Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { quantityOf } from './compute.js';
import type { WorkerVolume } from './worker-volume.js';

/** Where records go that neither their topic nor the dead-letter topic takes: a folder that outlives the process. */
export interface IFailureLog {
  readonly volume: WorkerVolume;
}

/** Folder of the failure log in the container. */
export const failureLogFolder = '/var/muster/failures';

const mount = { name: 'failures', mountPath: failureLogFolder };

/** The ways a failure log is kept. */
export class FailureLog implements IFailureLog {
  /** Outlives a crash of the container, and is gone with its pod: for labs, and for who reads it before a pod is replaced. */
  static emptyDir(sizeLimit: Size): FailureLog {
    return new FailureLog({ mount, volume: { name: mount.name, emptyDir: { sizeLimit: k8s.Quantity.fromString(quantityOf(sizeLimit)) } } });
  }

  /** A volume a pod, which the next pod of the name gets again. The worker needs `stableNames`. */
  static persistent(size: Size, storageClassName?: string): FailureLog {
    return new FailureLog({
      mount,
      claim: {
        metadata: { name: mount.name },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName,
          resources: { requests: { storage: k8s.Quantity.fromString(quantityOf(size)) } },
        },
      },
    });
  }

  private constructor(readonly volume: WorkerVolume) {}
}
