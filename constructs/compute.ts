import type { Size } from 'cdk8s';
import type { Cpu } from './cpu.js';
import { MusterError } from './model/error.js';
import { formatBytes } from './model/units.js';

/** What a container asks for, and what it may use at most. */
export interface ComputeResources {
  readonly cpuRequest: Cpu;
  readonly cpuLimit: Cpu;
  readonly memoryRequest: Size;
  readonly memoryLimit: Size;
}

/** Whole bytes of a size. */
export function bytesOf(size: Size): number {
  return size.toKibibytes() * 1024;
}

/** A size as a Kubernetes quantity: `256Mi`. */
export function quantityOf(size: Size): string {
  return formatBytes(bytesOf(size));
}

/** The `resources` of a container or a Strimzi object. */
export function resourcesOf(compute: ComputeResources): { requests: Record<string, string>; limits: Record<string, string> } {
  if (compute.cpuRequest.cores > compute.cpuLimit.cores || bytesOf(compute.memoryRequest) > bytesOf(compute.memoryLimit)) {
    throw new MusterError('bad-input', 'a request is above its limit: Kubernetes refuses such a pod; raise the limit or lower the request');
  }
  return {
    requests: { cpu: compute.cpuRequest.toString(), memory: quantityOf(compute.memoryRequest) },
    limits: { cpu: compute.cpuLimit.toString(), memory: quantityOf(compute.memoryLimit) },
  };
}
