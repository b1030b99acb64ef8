import type { k8s } from 'cdk8s-plus-28';

/** A folder of the container, and what is behind it: a volume of the pod, or a claim of its own for each pod of a StatefulSet. */
export interface WorkerVolume {
  readonly mount: k8s.VolumeMount;
  readonly volume?: k8s.Volume;
  readonly claim?: k8s.KubePersistentVolumeClaimProps;
}
