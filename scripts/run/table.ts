import { count, grid } from '../drill/table.js';
import { rateOf, type PodTally } from './tally.js';

/** Where a group stands in its topics when the run ends. */
export interface GroupEnd {
  readonly group: string;
  readonly topic: string;
  readonly lag: number;
}

/** What each pod did, side by side; producers of one fleet too, which Kafka knows nothing of. */
export function runTable(pods: readonly PodTally[], groups: readonly GroupEnd[]): string {
  const rows = [...pods]
    .sort((a, b) => (a.pod < b.pod ? -1 : 1))
    .map((pod) => {
      const rate = rateOf(pod);
      const isConsumer = pod.component === 'consumer';
      return [
        pod.pod,
        pod.component,
        isConsumer ? '' : count(pod.acked),
        isConsumer ? '' : count(pod.failed),
        isConsumer ? count(pod.processed) : '',
        isConsumer ? count(pod.dead) : '',
        rate === undefined ? '-' : rate.toFixed(1),
      ];
    });
  const lines =
    pods.length === 0
      ? ['no worker has written or read a record']
      : grid([['pod', '', 'acknowledged', 'given up', 'processed', 'dead letters', 'records/s'], ...rows], 'left');
  const ends = groups.map(
    ({ group, topic, lag }) => `group ${group} on ${topic}: ${lag === 0 ? 'all read' : `${count(lag)} records behind`}`,
  );
  return [...lines, ...(ends.length === 0 ? [] : ['', ...ends])].join('\n');
}
