import { at, isRecord } from '../../constructs/model/resource.js';
import type { Place } from './place.js';

/**
 * How the entries of a list are matched. `keys`: by these fields; `values`: whole entries, in any order; `index`: one by one, because
 * their order counts. Lists of plain values are one value; `values` says that their order does not count.
 */
export type Matching = { readonly by: readonly string[] } | 'values' | 'index';

/**
 * The fields that make an entry what it is, the first that all entries have and that are unique. Those of Kubernetes are its
 * patchMergeKey and listMapKey (k8s.io/api); those of Strimzi are what its operators go by, for its CRDs give none.
 */
const keys: Readonly<Record<string, readonly (readonly string[])[]>> = {
  containers: [['name']],
  initContainers: [['name']],
  ephemeralContainers: [['name']],
  env: [['name']],
  volumeMounts: [['mountPath']],
  volumeDevices: [['devicePath']],
  // JBOD volumes of Strimzi have ids, those of a pod names.
  volumes: [['id'], ['name']],
  ports: [['name'], ['containerPort', 'protocol'], ['port', 'protocol']],
  hostAliases: [['ip']],
  topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable'], ['topologyKey']],
  volumeClaimTemplates: [['metadata.name']],
  readinessGates: [['conditionType']],
  subjects: [
    ['kind', 'name', 'namespace'],
    ['kind', 'name'],
  ],
  ownerReferences: [['kind', 'name']],
  items: [['key'], ['path']],
  listeners: [['name']],
  brokers: [['broker']],
  autoRebalance: [['mode']],
  clusters: [['alias']],
  mirrors: [['source.alias'], ['url']],
  podMetricsEndpoints: [['port', 'path'], ['port']],
  endpoints: [['port', 'path'], ['port']],
  rules: [['alert'], ['record'], ['host']],
  paths: [['path']],
  tags: [['name']],
};

/** Lists whose order says nothing. */
const unordered = new Set(
  (
    'acls operations roles brokers volumeIds superUsers excludedPrincipals alternativeNames networkPolicyPeers trustedCertificates overrides ' +
    'maintenanceTimeWindows allowedOrigins allowedMethods allowList loadBalancerSourceRanges externalIPs artifacts pods mirrors ' +
    'tolerations accessModes finalizers add drop policyTypes ingress egress from to ports except matchExpressions matchFields values namespaces ' +
    'supplementalGroups hostnames matchLabelKeys mismatchLabelKeys rules verbs resources apiGroups resourceNames nonResourceURLs scopes ' +
    'secrets targetNamespaces imagePullSecrets triggers metrics shortNames categories sysctls nodeSelectorTerms claims hosts tls ' +
    'preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution'
  ).split(' '),
);

/** How two lists at a place are matched. */
export function matchingOf({ key }: Place, lists: readonly (readonly unknown[])[]): Matching {
  const objects = lists.every((list) => list.every(isRecord));
  if (objects) {
    const known = Object.hasOwn(keys, key) ? (keys[key] ?? []) : [];
    const by = [...known, ['name']].find((fields) => lists.every((list) => isKey(fields, list)));
    if (by !== undefined) return { by };
  }
  return unordered.has(key) ? 'values' : 'index';
}

/** A protocol that is not said is TCP. */
const impliedFields: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/** What the fields of an entry say together, or undefined where one of them says nothing. */
export function keyOf(fields: readonly string[], item: unknown): string | undefined {
  const parts: string[] = [];
  for (const field of fields) {
    const value = at(item, ...field.split('.')) ?? impliedFields[field];
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    parts.push(String(value));
  }
  return parts.join('/');
}

function isKey(fields: readonly string[], list: readonly unknown[]): boolean {
  const found = list.map((item) => keyOf(fields, item));
  return !found.includes(undefined) && new Set(found).size === found.length;
}

/** Lists whose entries are never looked into: one that changed is one less and one more. */
export const isWhole = ({ key }: Place): boolean => key === 'acls' || key === 'tolerations';
