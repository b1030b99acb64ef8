import { at, isRecord, listAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { podsMatching, withLabels } from './network-selector.js';
import { fieldsBelow, judged } from './workload-fields.js';
import { indexOf } from './workload-index.js';
import { whenPruned, workloadSources as sources } from './workload-sources.js';

function judgeService(change: ResourceChange, states: States): Judged[] {
  const { how, before, after } = change;
  const index = indexOf(states.head);
  if (how === 'removed' || how === 'renamed') {
    const headOf = indexOf(states.base).pods.find(
      ({ resource }) => resource.kind === 'StatefulSet' && textAt(resource, 'spec', 'serviceName') === before?.metadata.name,
    );
    return [
      judged([], {
        id: how === 'removed' ? 'service-removed' : 'service-renamed',
        grade: 'unavailable',
        consequence: `The name ${before?.metadata.name ?? ''} no longer resolves${how === 'renamed' ? ` once the old Service is deleted; ${after?.metadata.name ?? ''} does` : ''}: clients that use it get no connection${headOf === undefined ? '' : `, and the pods of StatefulSet ${headOf.resource.metadata.name} lose their names in DNS`}.`,
        reason: whenPruned,
        source: sources.service,
        action: 'Move the clients first.',
      }),
    ];
  }
  if (after === undefined) return [];
  const selector = at(after, 'spec', 'selector');
  const isLost = isRecord(selector) && podsMatching(index, withLabels(selector), after.metadata.namespace).length === 0;
  const nobody = {
    id: 'service-selects-nothing',
    grade: 'unavailable',
    consequence: `Its selector (${
      isRecord(selector)
        ? Object.entries(selector)
            .map(([key, value]) => `${key}=${String(value)}`)
            .join(', ')
        : ''
    }) matches no pod of these manifests: it has no endpoint, and connections are refused.`,
    source: sources.service,
    action: 'Use the labels of the template of the pods.',
  } as const;
  if (how === 'added')
    return [
      isLost
        ? judged([], nobody)
        : judged([], {
            id: 'service-added',
            grade: 'safe',
            consequence: 'A new name and address; nothing restarts.',
            source: sources.service,
          }),
    ];
  const found: Judged[] = [];
  const select = fieldsBelow(change, ['spec', 'selector']);
  if (select.length > 0)
    found.push(
      isLost
        ? judged(select, nobody)
        : judged(select, {
            id: 'service-selector',
            grade: 'safe',
            consequence: 'New connections go to the pods that it selects now; those that are open stay where they are.',
            source: sources.service,
          }),
    );
  const clusterIp = fieldsBelow(change, ['spec', 'clusterIP'], ['spec', 'clusterIPs']);
  if (clusterIp.length > 0)
    found.push(
      judged(clusterIp, {
        id: 'service-cluster-ip',
        grade: 'refused',
        consequence:
          'The API server refuses the change (422 Invalid): the clusterIP of a Service cannot be changed. Deleted and made anew, it has another address, and open connections break.',
        source: sources.service,
      }),
    );
  const ports = fieldsBelow(change, ['spec', 'ports']);
  if (ports.length > 0) {
    const numbers = (side: Resource | undefined): unknown[] => listAt(side, 'spec', 'ports').map((port) => at(port, 'port'));
    const gone = numbers(before).filter((port) => !numbers(after).includes(port));
    found.push(
      judged(ports, {
        id: gone.length > 0 ? 'service-port-gone' : 'service-ports',
        grade: gone.length > 0 ? 'unavailable' : 'safe',
        consequence:
          gone.length > 0
            ? `Nobody answers on port ${gone.map(String).join(', ')} any more: clients that use it get no connection.`
            : 'The ports it had still answer; where they lead to is what targetPort says.',
        source: sources.service,
        ...(gone.length > 0 && { action: 'Keep the old port beside the new one until the clients have moved.' }),
      }),
    );
  }
  const type = fieldsBelow(change, ['spec', 'type']);
  if (type.length > 0) {
    const [was, now] = [textAt(before, 'spec', 'type') ?? 'ClusterIP', textAt(after, 'spec', 'type') ?? 'ClusterIP'];
    const shuts = was !== 'ClusterIP' && now === 'ClusterIP';
    found.push(
      judged(type, {
        id: 'service-type',
        grade: shuts ? 'unavailable' : 'safe',
        consequence: shuts
          ? `It is no longer reached from outside the cluster (${was} → ${now}): its ${was === 'NodePort' ? 'node port' : 'load balancer'} is given back.`
          : `${was} → ${now}: it may be reached from outside the cluster.`,
        source: sources.service,
      }),
    );
  }
  return found;
}

function judgeRoute(change: ResourceChange, states: States): Judged[] {
  const { how, before, after } = change;
  const host = (route: Resource | undefined): string =>
    textAt(route, 'spec', 'host') ?? textAt(route, 'spec', 'rules', '0', 'host') ?? 'its host';
  if (how === 'removed')
    return [
      judged([], {
        id: 'route-removed',
        grade: 'unavailable',
        consequence: `${capital(host(before))} answers nobody outside the cluster any more.`,
        reason: whenPruned,
        source: sources.routes,
      }),
    ];
  if (after === undefined) return [];
  const to = textAt(after, 'spec', 'to', 'name');
  const isLost = after.kind === 'Route' && to !== undefined && states.head.find('Service', to, after.metadata.namespace) === undefined;
  const nowhere = {
    id: 'route-to-nothing',
    grade: 'unavailable',
    consequence: `No manifest here makes Service ${to ?? ''}: unless it is there already, the router answers 503.`,
    source: sources.routes,
  } as const;
  if (how === 'added' || how === 'renamed')
    return [
      isLost
        ? judged([], nowhere)
        : judged([], {
            id: how === 'added' ? 'route-added' : 'route-renamed',
            grade: 'safe',
            consequence:
              how === 'added'
                ? 'It is reached from outside the cluster from now on.'
                : 'A new Route; where the host is the same, the older one keeps it until it is deleted.',
            source: sources.routes,
          }),
    ];
  const found: Judged[] = [];
  const hosts = fieldsBelow(change, ['spec', 'host'], ['spec', 'subdomain'], ['spec', 'path'], ['spec', 'rules']);
  if (hosts.length > 0)
    found.push(
      judged(hosts, {
        id: 'route-host',
        grade: 'unavailable',
        consequence:
          'The old address answers nobody any more as soon as it is applied; clients, certificates and DNS must know the new one. On OpenShift changing it needs the right routes/custom-host.',
        source: sources.routes,
        action: 'Make a second Route beside the old one until the clients have moved.',
      }),
    );
  const tls = fieldsBelow(change, ['spec', 'tls']);
  if (tls.length > 0) {
    const [was, now] = [textAt(before, 'spec', 'tls', 'termination'), textAt(after, 'spec', 'tls', 'termination')];
    const isOff = at(before, 'spec', 'tls') !== undefined && at(after, 'spec', 'tls') === undefined;
    found.push(
      judged(tls, {
        id: isOff ? 'route-tls-off' : 'route-tls',
        grade: isOff || (was !== undefined && was !== now && after.kind === 'Route') ? 'unavailable' : 'safe',
        consequence: isOff
          ? 'HTTPS is no longer answered, and what goes by HTTP can be read on the way, passwords and orders with it.'
          : was === now
            ? 'How plain HTTP is answered, or the certificate, changes; HTTPS goes on.'
            : `TLS ends elsewhere: ${was ?? 'nowhere'} → ${now ?? 'nowhere'}. ${now === 'passthrough' ? 'The pods must speak TLS themselves.' : now === 'reencrypt' ? 'The pods must speak TLS, with a certificate that the router trusts.' : 'The router speaks plain HTTP with the pods.'}`,
        source: sources.routes,
        ...(isOff && { action: 'Keep edge termination, with insecureEdgeTerminationPolicy Redirect.' }),
      }),
    );
  }
  const target = fieldsBelow(change, ['spec', 'to'], ['spec', 'port'], ['spec', 'alternateBackends']);
  if (target.length > 0)
    found.push(
      isLost
        ? judged(target, nowhere)
        : judged(target, {
            id: 'route-target',
            grade: 'safe',
            consequence: 'New requests go to the Service and port that it names now.',
            source: sources.routes,
          }),
    );
  return found;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const serviceReviewers: readonly Reviewer[] = [
  { kinds: ['Service'], judge: judgeService },
  { kinds: ['Route', 'Ingress'], judge: judgeRoute },
];
