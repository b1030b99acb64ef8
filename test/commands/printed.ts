import type { Context } from '../../scripts/command-line.js';
import { hostFrom } from '../../scripts/host.js';
import { packageDir } from '../brokers.js';

/** Runs a command in this process and gives what it printed as data. */
export async function printed<A>(
  command: (context: Context, args: A) => Promise<number>,
  args: A,
  cwd = process.cwd(),
  abort = new AbortController().signal,
): Promise<{ code: number; data: string; said: string }> {
  const data: string[] = [];
  const said: string[] = [];
  const code = await command(
    {
      host: { ...hostFrom(process.env, cwd, packageDir), colour: false, terminal: false },
      terminal: { colour: false, data: (text) => data.push(text), say: (text) => said.push(text), status: () => undefined },
      abort,
    },
    args,
  );
  return { code, data: data.join('\n'), said: said.join('\n') };
}
