import { Tail } from '../local/tail.js';
import { launch, signal, type Running } from '../processes.js';
import type { ClusterTool } from './tool.js';

/** Starts the tool and lets it run, its output in a file of the run; it ends with the run at the latest. */
export const launchTool = (
  tool: ClusterTool,
  runDir: string,
  { what, args, output }: { readonly what: string; readonly args: readonly string[]; readonly output: string },
): Running =>
  launch(runDir, {
    what,
    command: tool.name,
    args: tool.argumentsOf(args),
    cwd: runDir,
    env: tool.env as Record<string, string>,
    output,
  });

export interface Followed {
  /** Whole lines since the last call. */
  read(): string[];
  stop(): void;
}

/** What becomes of a stream that ended by itself. */
export interface Again {
  readonly afterMs: number;
  /** Asked when that time is over: nothing more is to come. @default never */
  readonly isOver?: () => boolean;
}

/** Follows what a command of the tool prints as long as there is something to come: the command is begun anew whenever it ends. */
export function followTool(
  tool: ClusterTool,
  runDir: string,
  options: {
    readonly what: string;
    readonly output: string;
    /** Asked at each start. */
    readonly args: () => readonly string[];
    readonly ended: (code: number | null) => Again;
  },
): Followed {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Running;
  const begin = (): void => {
    running = launchTool(tool, runDir, { what: options.what, args: options.args(), output: options.output });
    void running.ended.then(({ code }) => {
      if (stopped) return;
      const { afterMs, isOver } = options.ended(code);
      timer = setTimeout(() => {
        if (isOver?.() !== true) begin();
      }, afterMs);
    });
  };
  begin();
  const tail = new Tail(options.output);
  return {
    read: () => tail.read(),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      signal(running.ref, 'SIGKILL');
      tail.close();
    },
  };
}
