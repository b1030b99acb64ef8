import type { Finding } from './finding.js';
import type { Resource } from './resource.js';
import type { WorkerSetting } from './rules-worker.js';

/** What the rules have to be told, because the objects do not say it. */
export interface CheckOptions {
  /** The variables that producers and consumers read: the workers' contract. */
  readonly contracts: {
    readonly producer: Readonly<Record<string, WorkerSetting>>;
    readonly consumer: Readonly<Record<string, WorkerSetting>>;
  };
}

export function checkResources(_resources: readonly Resource[], _options: CheckOptions): Finding[] {
  return [];
}
