import yargs from 'yargs';
import { commands } from '../../scripts/command-line.js';
import type { Context } from '../../scripts/context.js';
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

/** Runs a line such as `size --target-rate '500MB/s'`, parsed as the command line does; gives its data. */
export async function printedLine(line: string): Promise<string> {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  let result: { data: string } | undefined;
  let parser = yargs(words).strict().exitProcess(false);
  for (const { name, describe, positionals, options, run } of commands)
    parser = parser.command(
      name,
      describe,
      (y) => {
        for (const [positional, about] of Object.entries(positionals)) y.positional(positional, about);
        return y.options(options);
      },
      async (args) => {
        result = await printed(async (context, given) => run(context, given as never), args);
      },
    );
  await parser.parseAsync();
  return result?.data ?? '';
}
