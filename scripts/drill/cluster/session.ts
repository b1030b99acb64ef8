import { MusterError } from '../../../constructs/model/error.js';
import type { ClusterTool } from '../../cluster/tool.js';
import type { LogLine } from '../events.js';
import { undoList, undoRanks, type UndoList } from './undo.js';

/** What a drill does to a cluster: every command is told before it runs, and what it changes is put back at the end, however that comes. */
export interface Session {
  readonly tool: ClusterTool;
  readonly undo: UndoList;
  /** Runs a command that changes something. Refused once the drill is being ended. */
  act(args: readonly string[], options?: { readonly input?: string; readonly withinMs?: number }): Promise<string>;
  /** The same for work that tells of its own commands. */
  through<T>(work: () => Promise<T>): Promise<T>;
  /** Notes and prints a command that changes something. */
  acted(command: string): void;
  /** Notes a command that only reads. */
  noted(command: string): void;
  /** Commands since the last call. */
  poll(): LogLine[];
  /**
   * Waits for what is under way and puts everything back.
   * @throws MusterError `not-reachable` with the commands that are left for a person
   */
  end(): Promise<void>;
}

export function openSession(
  tool: ClusterTool,
  options: { readonly tell: (text: string) => void; readonly restoreWithinMs: number },
): Session {
  const undo = undoList(tool);
  const underWay = new Set<Promise<unknown>>();
  const pending: LogLine[] = [];
  let isEnding = false;
  const noted = (command: string): void => {
    pending.push({ t: Date.now(), event: 'command', command });
  };
  const acted = (command: string): void => {
    noted(command);
    options.tell(`$ ${command}`);
  };
  // A second Ctrl-C does not wait: what is left to do is said at least.
  const onExit = (): void => {
    const left = undo.byHand();
    if (left.length > 0) options.tell(`not put back; run:\n${left.map((command) => `  ${command}`).join('\n')}`);
  };
  process.once('exit', onExit);
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isEnding) throw new MusterError('interrupted', 'interrupted');
    const working = work();
    underWay.add(working);
    try {
      return await working;
    } finally {
      underWay.delete(working);
    }
  };
  return {
    tool,
    undo,
    through,
    act: async (args, call) =>
      through(async () => {
        acted(tool.spell(args));
        return tool.run(args, call);
      }),
    acted,
    noted,
    poll: () => pending.splice(0),
    end: async () => {
      isEnding = true;
      // A scale that is on its way must not arrive after the one that puts the replicas back.
      await Promise.allSettled([...underWay]);
      if (undo.byHand().length > 0) options.tell('putting back what was there before');
      let told = '';
      const left = await undo.run(options.restoreWithinMs, (command) => {
        if (command !== told) acted(command);
        told = command;
      });
      process.removeListener('exit', onExit);
      if (left.length === 0) return;
      throw new MusterError(
        'not-reachable',
        `not everything could be put back (${left[0]?.why ?? ''}); run by hand:\n${left.map(({ command }) => `  ${command}`).join('\n')}`,
      );
    },
  };
}

export { undoRanks };
