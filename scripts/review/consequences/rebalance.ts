import { listAt, numberAt, shown, textAt } from '../../../constructs/model/resource.js';
import { sources } from '../../../constructs/model/rule.js';
import { annotation } from '../../../constructs/model/system.js';
import type { Reviewer } from '../consequence.js';
import { restarts } from './kafka-cluster.js';
import { judged } from './workload-fields.js';

const proposals = 'https://strimzi.io/docs/operators/1.2.0/deploying.html#proc-generating-optimization-proposals-str';

/** A KafkaRebalance moves nothing by being there: somebody approves it, or an annotation does. */
export const rebalanceReviewer: Reviewer = {
  kinds: ['KafkaRebalance'],
  judge: ({ how, before, after, fields }) => {
    const subject = after ?? before;
    if (subject === undefined) return [];
    if (how === 'removed')
      return [
        judged([], {
          id: 'rebalance-removed',
          grade: 'safe',
          consequence: 'The proposal goes; replicas that it has moved stay where they are.',
          source: proposals,
        }),
      ];
    const isTemplate = annotation(subject, 'strimzi.io/rebalance-template') === 'true';
    const moves = how === 'added' && annotation(subject, 'strimzi.io/rebalance-auto-approval') === 'true' && !isTemplate;
    const mode = textAt(subject, 'spec', 'mode') ?? 'full';
    const brokers = listAt(subject, 'spec', 'brokers').map(shown);
    return [
      judged(fields, {
        id: isTemplate ? 'rebalance-template' : moves ? 'rebalance-moves' : 'rebalance-proposal',
        grade: moves ? 'rebalance' : 'safe',
        consequence: isTemplate
          ? 'Nothing moves now: it is the template of rebalances when brokers come or go.'
          : moves
            ? `Cruise Control moves replicas as soon as it has a proposal (mode ${mode}${brokers.length > 0 ? `, brokers ${brokers.join(', ')}` : ''}): disks and network carry that beside the load.`
            : how === 'added'
              ? `Cruise Control computes a proposal (mode ${mode}), and moves nothing until somebody approves it (strimzi.io/rebalance=approve).`
              : 'A proposal that is ready is computed anew; nothing moves until somebody approves it.',
        source: proposals,
      }),
    ];
  },
};

/** The bridge is a client: what changes restarts it. */
export const bridgeReviewer: Reviewer = {
  kinds: ['KafkaBridge'],
  judge: ({ how, before, after, fields }) => {
    const name = (after ?? before)?.metadata.name ?? '';
    if (how === 'added') return [];
    if (how === 'removed')
      return [
        judged([], {
          id: 'bridge-removed',
          grade: 'unavailable',
          consequence: `Bridge ${name} goes: whoever writes or reads by HTTP is cut off.`,
          source: sources.strimzi,
        }),
      ];
    const below = fields.filter(({ steps }) => steps[0] === 'spec' && steps[1] !== 'logging');
    const none = numberAt(after, 'spec', 'replicas') === 0;
    const address = below.some(({ steps }) => steps[1] === 'http' || steps[1] === 'bootstrapServers');
    return below.length === 0
      ? []
      : [
          judged(below, {
            id: none ? 'bridge-stops' : address ? 'bridge-address' : 'bridge-rolling',
            grade: none || address ? 'unavailable' : 'rolling',
            consequence: none
              ? `Bridge ${name} has no pod left: whoever writes or reads by HTTP is cut off.`
              : address
                ? `Bridge ${name} listens or connects otherwise: HTTP clients with the old address, port or TLS are cut off, and its consumers are forgotten.`
                : `${restarts(numberAt(after, 'spec', 'replicas') ?? 1, 'pod')} of bridge ${name}: the consumers that HTTP clients made are in its memory, and must be made again.`,
            source: 'https://strimzi.io/docs/bridge/latest/',
          }),
        ];
  },
};
