import { ApiObject, Lazy, type ApiObjectProps } from 'cdk8s';
import type { Construct } from 'constructs';
import { MusterError } from './model/error.js';
import { at, isRecord } from './model/resource.js';
import { reasonAnnotations, type Reasons } from './reasons.js';
import { checkWholeApp } from './validation.js';

interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * One Kubernetes object, as it will be written, and the way out where a construct does not know a field: `addOverride`, or cdk8s's own
 * `addJsonPatch`, which come before it. Every construct has its own as `resource`, the child with the id `Resource`.
 */
export class Manifest extends ApiObject {
  private readonly overrides: Override[] = [];

  constructor(scope: Construct, id: string, props: ApiObjectProps) {
    super(scope, id, props);
    checkWholeApp(this);
  }

  /**
   * Sets a field whatever the construct says, or removes it where the value is undefined. What is missing on the way is made.
   * @param path keys and indexes, as in `spec.kafka.listeners.0.port`; a dot within a key is written `\.`
   */
  addOverride(path: string, value: unknown): void {
    const keys = (path.match(/(?:\\.|[^.\\])+/g) ?? []).map((key) => key.replaceAll('\\.', '.'));
    if (keys.length === 0) throw new MusterError('bad-input', `${this.kind} ${this.name}: an override needs a path, as in spec.replicas`);
    this.overrides.push({ path: keys, value });
  }

  override toJson(): Record<string, unknown> {
    const json = super.toJson() as Record<string, unknown>;
    for (const { path, value } of this.overrides) this.apply(json, path, value);
    return json;
  }

  private apply(json: Record<string, unknown>, path: readonly string[], value: unknown): void {
    let here: object = json;
    for (const [depth, key] of path.slice(0, -1).entries()) {
      let next = at(here, Array.isArray(here) ? Number(key) : key);
      if (next === undefined) Reflect.set(here, key, (next = {}));
      if (!isRecord(next) && !Array.isArray(next)) {
        throw new MusterError(
          'bad-input',
          `${this.kind} ${this.name}: the override of ${path.join('.')} goes through ${path.slice(0, depth + 1).join('.')}, which is ${JSON.stringify(next)} and holds no fields`,
        );
      }
      here = next as object;
    }
    const last = path.at(-1) ?? '';
    if (value === undefined) Reflect.deleteProperty(here, last);
    else Reflect.set(here, last, value);
  }
}

/** What a manifest of Strimzi's is made of. */
export interface StrimziManifest {
  readonly kind: string;
  readonly name: string;
  /** @default that of the chart */
  readonly namespace?: string;
  /** The cluster, or the Connect cluster, that the object belongs to. @default none */
  readonly clusterName?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly reasons?: Reasons;
  /** Called as late as it can be, so that what was declared after the construct counts too. */
  spec(): object;
}

/** An object of Strimzi's API, the child `Resource` of its construct. */
export function strimziManifest(scope: Construct, declared: StrimziManifest): Manifest {
  const { kind, name, namespace, clusterName, annotations, reasons } = declared;
  return new Manifest(scope, 'Resource', {
    apiVersion: 'kafka.strimzi.io/v1',
    kind,
    metadata: {
      name,
      namespace,
      labels: clusterName === undefined ? undefined : { 'strimzi.io/cluster': clusterName },
      annotations: { ...annotations, ...reasonAnnotations(reasons) },
    },
    spec: Lazy.any({ produce: () => declared.spec() }),
  });
}
