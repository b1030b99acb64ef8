import type { Size } from 'cdk8s';
import { quantityOf } from './compute.js';
import { MusterError } from './model/error.js';

/** One persistent volume of a node. */
export interface NodeVolume {
  readonly size: Size;
  /** @default the default class of the Kubernetes cluster */
  readonly storageClass?: string;
}

/** Where a node keeps its log. */
export class NodeStorage {
  /**
   * Gone with the pod: for labs.
   * @param sizeLimit @default what the Kubernetes node has
   */
  static ephemeral(sizeLimit?: Size): NodeStorage {
    return new NodeStorage({ type: 'ephemeral', sizeLimit: sizeLimit && quantityOf(sizeLimit) });
  }

  /**
   * One volume that outlives the pod and the cluster; more volumes can be added later.
   * @param storageClass @default the default class of the Kubernetes cluster
   */
  static persistent(size: Size, storageClass?: string): NodeStorage {
    return NodeStorage.jbod([{ size, storageClass }]);
  }

  /** Several volumes, with ids from 0; the first holds the cluster's metadata too. All outlive the cluster. */
  static jbod(volumes: readonly NodeVolume[]): NodeStorage {
    if (volumes.length === 0) throw new MusterError('bad-input', 'a node without a volume keeps nothing: give it one or more');
    return new NodeStorage({
      type: 'jbod',
      volumes: volumes.map(({ size, storageClass }, id) => ({
        id,
        type: 'persistent-claim',
        size: quantityOf(size),
        class: storageClass,
        deleteClaim: false,
        kraftMetadata: id === 0 ? 'shared' : undefined,
      })),
    });
  }

  private constructor(readonly spec: object) {}
}
