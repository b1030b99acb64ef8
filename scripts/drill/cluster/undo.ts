import { setTimeout as sleep } from 'node:timers/promises';
import { isSilence, type ClusterTool } from '../../cluster/tool.js';

/** What is put back by another program than the tool. */
export interface Undoing {
  /** As a person would type it. */
  readonly command: string;
  run(): Promise<unknown>;
}

/** What has to be put back, as commands. They run in the order of their rank, whatever the order in which they came to be known. */
export interface UndoList {
  /** @param key `replicas consumer-basic`; what is added again under the same key replaces it */
  add(key: string, rank: UndoRank, how: readonly string[] | Undoing): void;
  /** Whether this is to be undone. */
  has(key: string): boolean;
  /** Nothing is left to undo of it. */
  drop(key: string): void;
  /** As a person would type them; empty when everything is as it was. */
  byHand(): string[];
  /**
   * Runs them; while the API server is silent again and again, for `withinMs` at most. Gives what is left, with the reason.
   * @param acted told of each command that is run
   */
  run(withinMs: number, acted: (command: string) => void): Promise<{ readonly command: string; readonly why: string }[]>;
}

/** Signals first (a frozen process holds up its own end), then templates, so that the last replicas are the right ones; the mark of the drill goes last. */
export const undoRanks = { thaw: 0, template: 1, strategy: 2, replicas: 3, pods: 4, mark: 5 } as const;
export type UndoRank = (typeof undoRanks)[keyof typeof undoRanks];

interface Entry {
  readonly rank: UndoRank;
  readonly how: Undoing;
}

const againMs = 1_000;

export function undoList(tool: ClusterTool): UndoList {
  const entries = new Map<string, Entry>();
  const ordered = (): [string, Entry][] => [...entries].sort(([, a], [, b]) => a.rank - b.rank);
  const byTool = (args: readonly string[]): Undoing => ({
    command: tool.spell(args),
    run: async () => tool.run(args, { withinMs: 10_000 }),
  });
  return {
    add: (key, rank, how) => {
      entries.set(key, { rank, how: 'run' in how ? how : byTool(how) });
    },
    has: (key) => entries.has(key),
    drop: (key) => {
      entries.delete(key);
    },
    byHand: () => ordered().map(([, { how }]) => how.command),
    run: async (withinMs, acted) => {
      const deadline = Date.now() + withinMs;
      const refused = new Map<string, string>();
      for (;;) {
        let silent = '';
        for (const [key, { how }] of ordered()) {
          if (refused.has(key)) continue;
          try {
            acted(how.command);
            await how.run();
            entries.delete(key);
          } catch (error) {
            if (isSilence(error)) {
              silent = (error as Error).message;
              break;
            }
            refused.set(key, (error as Error).message);
          }
        }
        if (silent === '' || Date.now() >= deadline)
          return ordered().map(([key, { how }]) => ({ command: how.command, why: refused.get(key) ?? silent }));
        await sleep(againMs);
      }
    },
  };
}
