import type { Context } from '../../scripts/command-line.js';
import { hostFrom } from '../../scripts/host.js';

/** Runs a command in this process and gives what it printed as data. */
export async function printed<A>(
  command: (context: Context, args: A) => Promise<number>,
  args: A,
  cwd = process.cwd(),
): Promise<{ code: number; data: string; said: string }> {
  const data: string[] = [];
  const said: string[] = [];
  const code = await command(
    {
      host: { ...hostFrom({}, cwd, cwd), colour: false, terminal: false },
      terminal: { colour: false, data: (text) => data.push(text), say: (text) => said.push(text), status: () => undefined },
      abort: new AbortController().signal,
    },
    args,
  );
  return { code, data: data.join('\n'), said: said.join('\n') };
}
