import { at, isRecord, listAt, type Resource } from '../../../constructs/model/resource.js';
import type { ResourceChange, Side, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { podsMatching } from './network-selector.js';
import { judged, type Said } from './workload-fields.js';
import { indexOf, type WorkloadIndex } from './workload-index.js';
import { whenPruned, workloadSources as sources } from './workload-sources.js';

type Direction = 'Ingress' | 'Egress';

/** Pods that a policy is about. */
const subjects = (index: WorkloadIndex, policy: Resource): Resource[] =>
  podsMatching(index, at(policy, 'spec', 'podSelector') ?? {}, policy.metadata.namespace);

function directions(policy: Resource): Direction[] {
  const given = listAt(policy, 'spec', 'policyTypes').filter((type): type is Direction => type === 'Ingress' || type === 'Egress');
  if (given.length > 0) return given;
  return at(policy, 'spec', 'egress') === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
}

/** Peers of a direction among the manifests, as `kind name`; `all` where a rule lets everybody pass. */
function peersOf(index: WorkloadIndex, policy: Resource, direction: Direction): ReadonlySet<string> {
  const peers = new Set<string>();
  const [list, end] = direction === 'Ingress' ? (['ingress', 'from'] as const) : (['egress', 'to'] as const);
  for (const rule of listAt(policy, 'spec', list)) {
    const named = listAt(rule, end);
    if (named.length === 0) peers.add('all');
    for (const peer of named) {
      const block = at(peer, 'ipBlock', 'cidr');
      if (typeof block === 'string') peers.add(block);
      const inNamespaces = at(peer, 'namespaceSelector');
      const pods = at(peer, 'podSelector');
      if (!isRecord(pods)) {
        if (isRecord(inNamespaces)) peers.add(namespacesOf(inNamespaces));
        continue;
      }
      // Which namespaces a selector means is known by its name label alone; without one every namespace is looked at.
      for (const found of podsMatching(index, pods, inNamespaces === undefined ? policy.metadata.namespace : undefined))
        peers.add(`${found.kind} ${found.metadata.name}`);
    }
  }
  return peers;
}

/** `any namespace`, `namespace kafka`, `namespaces with team=shop`. */
function namespacesOf(selector: unknown): string {
  const labels = at(selector, 'matchLabels');
  const expressions = listAt(selector, 'matchExpressions').flatMap((one) => listAt(one, 'values'));
  const byLabel = isRecord(labels) ? Object.entries(labels) : [];
  const [first] = byLabel;
  if (byLabel.length === 0)
    return expressions.length === 0
      ? 'any namespace'
      : `namespace${expressions.length === 1 ? '' : 's'} ${expressions.map(String).join(', ')}`;
  if (byLabel.length === 1 && expressions.length === 0 && first?.[0] === 'kubernetes.io/metadata.name')
    return `namespace ${String(first[1])}`;
  const said = byLabel.map(([key, value]) => (value === '' ? key : `${key}=${String(value)}`));
  return `namespaces with ${[...said, ...expressions.map(String)].join(', ')}`;
}

const few = (list: readonly string[]): string =>
  list.length <= 5 ? list.join(', ') : `${list.slice(0, 5).join(', ')} and ${list.length - 5} more`;

const nameOf = ({ kind, metadata }: Resource): string => `${kind} ${metadata.name}`;

const policiesOf = new WeakMap<Side, ReadonlyMap<Resource, readonly Resource[]>>();

/** Policies by the workloads that they are about. */
function policiesOver(side: Side): ReadonlyMap<Resource, readonly Resource[]> {
  const known = policiesOf.get(side);
  if (known !== undefined) return known;
  const over = new Map<Resource, Resource[]>();
  for (const policy of side.ofKind('NetworkPolicy'))
    for (const workload of subjects(indexOf(side), policy)) {
      const there = over.get(workload);
      if (there === undefined) over.set(workload, [policy]);
      else there.push(policy);
    }
  policiesOf.set(side, over);
  return over;
}

/** Whether another policy is over some of the same pods in the same direction. */
function othersOver(side: Side, policy: Resource, direction: Direction): boolean {
  const over = policiesOver(side);
  return subjects(indexOf(side), policy).some((pod) =>
    (over.get(pod) ?? []).some((other) => other.metadata.name !== policy.metadata.name && directions(other).includes(direction)),
  );
}

function added(policy: Resource, states: States): Said {
  const index = indexOf(states.head);
  const about = subjects(index, policy);
  // Pods that come with their policy lose nothing by it.
  const running = staying(states.base, about);
  const ways = directions(policy).map((direction) => {
    const peers = peersOf(index, policy, direction);
    const [verb, preposition] = direction === 'Ingress' ? (['take connections', 'from'] as const) : (['connect', 'to'] as const);
    if (peers.has('all')) return `${verb} ${preposition} anybody on the ports it names`;
    return peers.size === 0 ? `${verb} ${preposition} nobody` : `${verb} only ${preposition} ${few([...peers])}`;
  });
  const isClosed = directions(policy).some((direction) => listAt(policy, 'spec', direction.toLowerCase()).length === 0);
  const isNew = running.length > 0 && directions(policy).some((direction) => !othersOver(states.base, policy, direction));
  const cutOff = `All else is cut off as soon as it is applied${isClosed && directions(policy).includes('Egress') ? ', DNS and Kafka too' : ''}.`;
  const isItsOwn = about.length === 1 && about[0]?.metadata.name === policy.metadata.name;
  const beside = running.length > 0 ? 'What other policies over them allow stays allowed.' : '';
  return {
    id: isClosed ? 'network-default-deny' : 'network-policy-added',
    // A policy over pods that had one before only adds to what is allowed; the first one closes.
    grade: isNew ? 'unavailable' : 'safe',
    consequence:
      about.length === 0
        ? 'It is about no pod of these manifests.'
        : `${isItsOwn ? 'Its pods' : `The pods of ${few(about.map(nameOf))}`} ${ways.join(', and ')}. ${isNew ? cutOff : running.length === 0 ? 'They come with it: nothing that runs is cut off.' : beside}`,
    source: sources.networkPolicies,
    ...(isNew && { action: 'Apply policies that allow what is needed before this one.' }),
  };
}

/** Those of some workloads that are still there. */
const staying = (side: Side, resources: readonly Resource[]): Resource[] =>
  resources.filter(({ kind, metadata }) => side.find(kind, metadata.name, metadata.namespace) !== undefined);

function removed(policy: Resource, states: States): Said {
  const all = subjects(indexOf(states.base), policy);
  const about = staying(states.head, all);
  if (all.length > 0 && about.length === 0)
    return {
      id: 'network-policy-removed',
      grade: 'safe',
      consequence: 'The pods it was about go too.',
      reason: whenPruned,
      source: sources.networkPolicies,
    };
  const opened = directions(policy).filter((direction) => !othersOver(states.head, policy, direction));
  const shut = directions(policy).filter((direction) => !opened.includes(direction));
  return {
    id: 'network-policy-removed',
    grade: shut.length > 0 ? 'unavailable' : 'safe',
    consequence:
      shut.length > 0
        ? `Other policies stay over ${few(about.map(nameOf))}: what only this one allowed (${shut.map((direction) => (direction === 'Ingress' ? 'in' : 'out')).join(' and ')}) is cut off at once.`
        : `${few(about.map(nameOf)) || 'Its pods'} may be reached by anybody in the cluster and reach anybody, unless other policies say no.`,
    reason: whenPruned,
    source: sources.networkPolicies,
  };
}

function changed(change: ResourceChange, before: Resource, after: Resource, states: States): Judged[] {
  const [base, head] = [indexOf(states.base), indexOf(states.head)];
  const cut: string[] = [];
  const opened: string[] = [];
  for (const direction of ['Ingress', 'Egress'] as const) {
    const [had, has] = [directions(before).includes(direction), directions(after).includes(direction)];
    const [was, now] = [peersOf(base, before, direction), peersOf(head, after, direction)];
    const way = direction === 'Ingress' ? 'in from' : 'out to';
    if (!had && has && !now.has('all')) cut.push(`${way} all but ${few([...now]) || 'nobody'}`);
    if (had && !has) opened.push(`${way} everybody`);
    if (!had || !has) continue;
    const gone =
      was.has('all') && !now.has('all')
        ? [`all but ${few([...now]) || 'nobody'}`]
        : now.has('all')
          ? []
          : [...was].filter((peer) => !now.has(peer));
    const come = now.has('all') && !was.has('all') ? ['everybody'] : was.has('all') ? [] : [...now].filter((peer) => !was.has(peer));
    if (gone.length > 0) cut.push(`${way} ${few(gone)}`);
    if (come.length > 0) opened.push(`${way} ${few(come)}`);
  }
  const [ofOld, ofNew] = [subjects(base, before), subjects(head, after)].map((about) => about.map(nameOf));
  const about = few(ofNew ?? []) || 'no pod of these manifests';
  const moved = (ofOld ?? []).join() !== (ofNew ?? []).join() ? ` It was about ${few(ofOld ?? []) || 'no pod of these manifests'}.` : '';
  const ports = cut.length === 0 && opened.length === 0 && moved === '';
  const tightens = cut.length > 0 || (ofNew ?? []).some((name) => !(ofOld ?? []).includes(name));
  return [
    judged(change.fields, {
      id: tightens ? 'network-cut-off' : ports ? 'network-policy-changed' : 'network-opened',
      grade: tightens || portsGone(before, after).length > 0 ? 'unavailable' : 'safe',
      path: 'spec',
      before: undefined,
      after: undefined,
      consequence: ports
        ? `Its peers stay${portWords(before, after)}. Connections that are no longer allowed are cut off as soon as it is applied.`
        : `It is about ${about}.${moved}${cut.length > 0 ? ` Cut off: ${cut.join('; ')}.` : ''}${opened.length > 0 ? ` Let through: ${opened.join('; ')}.` : ''}`,
      source: sources.networkPolicies,
      ...(tightens && {
        action: 'See that nobody who is cut off still needs it; other policies over the same pods may allow it all the same.',
      }),
    }),
  ];
}

/** Ports that are allowed, each with its direction. */
const portsOf = (policy: Resource): Set<string> =>
  new Set(
    (['ingress', 'egress'] as const).flatMap((list) =>
      listAt(policy, 'spec', list).flatMap((rule) =>
        listAt(rule, 'ports').map((port) => `${list === 'ingress' ? 'in' : 'out'} ${String(at(port, 'port'))}`),
      ),
    ),
  );

/** Ports of the first that the second does not allow. */
function portsGone(before: Resource, after: Resource): string[] {
  const now = portsOf(after);
  return [...portsOf(before)].filter((port) => !now.has(port));
}

function portWords(before: Resource, after: Resource): string {
  const [gone, come] = [portsGone(before, after), portsGone(after, before)];
  if (gone.length === 0 && come.length === 0) return '; the addresses or ports they may use change';
  return `${gone.length > 0 ? `; no longer allowed: ${gone.join(', ')}` : ''}${come.length > 0 ? `; allowed now: ${come.join(', ')}` : ''}`;
}

function judge(change: ResourceChange, states: States): Judged[] {
  const { how, before, after } = change;
  if (how === 'removed') return before === undefined ? [] : [judged([], removed(before, states))];
  if (after === undefined) return [];
  if (how === 'added') return [judged([], added(after, states))];
  if (how === 'renamed' || before === undefined)
    return [
      judged([], {
        id: 'network-policy-renamed',
        grade: 'safe',
        consequence: 'The same rules under another name; while both are there they allow the same.',
        source: sources.networkPolicies,
      }),
    ];
  const spec = change.fields.filter(({ steps }) => steps[0] === 'spec');
  return spec.length === 0 ? [] : changed({ ...change, fields: spec }, before, after, states);
}

export const networkPolicyReviewer: Reviewer = { kinds: ['NetworkPolicy'], judge };
