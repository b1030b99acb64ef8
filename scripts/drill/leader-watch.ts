import { setTimeout as sleep } from 'node:timers/promises';
import type { PartitionLeader } from '../kafka/admin.js';
import type { Stage } from './stage.js';

const pollMs = 150;

/** Who leads and who is in sync while brokers come and go; each change is written to the event log. */
export interface LeaderWatch {
  /** What was seen last of each lane; empty as long as nobody could say. */
  seen(): readonly (readonly PartitionLeader[])[];
  stop(): Promise<void>;
}

/** Begins to watch; resolves with the first look, so that what was before the fault stands in the log. */
export async function watchLeaders(stage: Stage): Promise<LeaderWatch> {
  const seen = stage.lanes.map((): readonly PartitionLeader[] => []);
  /** When the last look began that saw nothing else. */
  const same = stage.lanes.map((): number | undefined => undefined);
  let over = false;
  const look = async (): Promise<void> => {
    const began = Date.now();
    await Promise.all(
      stage.lanes.map(async ({ name }, index) => {
        // A broker that is dead costs a moment at most; the next look tells.
        const found = await stage.backend.leaders(name).catch(() => undefined);
        if (found === undefined || over) return;
        const sameUntil = same[index];
        same[index] = began;
        if (JSON.stringify(found) === JSON.stringify(seen[index])) return;
        seen[index] = found;
        const partitions = found.map(({ partition, leader, isr }) => ({ partition, leader, isr: [...isr].sort((a, b) => a - b) }));
        stage.log({
          event: 'leaders',
          partitions,
          ...(sameUntil === undefined ? {} : { sameUntil }),
          ...(name === undefined ? {} : { lane: name }),
        });
      }),
    );
  };
  await look();
  const watching = (async () => {
    while (!over && !stage.abort.aborted) {
      await sleep(pollMs);
      await look();
    }
  })();
  return {
    seen: () => seen,
    stop: async () => {
      over = true;
      await watching;
    },
  };
}
