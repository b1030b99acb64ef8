import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { MusterError } from '../constructs/model/error.js';
import { didYouMean } from '../constructs/model/suggest.js';
import { commands } from './command-line.js';
import type { Context } from './context.js';
import { hostFrom } from './host.js';
import { openTerminal } from './terminal.js';

const host = hostFrom(process.env, process.cwd(), join(dirname(fileURLToPath(import.meta.url)), '../..'));
const terminal = openTerminal(host);
const interruption = new AbortController();
let interrupts = 0;
const interrupt = (): void => {
  interrupts += 1;
  // The second Ctrl-C does not wait; the watchdog of the run ends what is left.
  if (interrupts > 1) process.exit(130);
  terminal.say('interrupted: ending what was started (again to leave at once)');
  interruption.abort(new MusterError('interrupted', 'interrupted'));
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
process.on('SIGHUP', interrupt);
// A reader that has enough (`muster … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const context: Context = { host, terminal, abort: interruption.signal };

// yargs loses a lone dash in a list of positionals: it goes by the name that standard input has besides.
const parser = yargs(process.argv.slice(2).map((arg) => (arg === '-' ? '/dev/stdin' : arg)))
  .scriptName('muster')
  .usage('$0 COMMAND\n\nKafka on OpenShift and Kubernetes with Strimzi: synthesise, check, drill.')
  .demandCommand(1, 'which command? "muster --help" lists them')
  .strict()
  .version(false)
  .help()
  .completion('completion', 'print the script that completes commands and options in your shell')
  .wrap(Math.min(110, process.stdout.columns || 110))
  .exitProcess(false)
  .fail((message: string, error: Error | undefined) => {
    throw error ?? new MusterError('bad-input', teach(message));
  });
for (const { name, describe, positionals, options, examples, run } of commands) {
  parser.command(
    name,
    describe,
    (y) => {
      for (const [positional, about] of Object.entries(positionals)) y.positional(positional, about);
      for (const [example, text] of examples) y.example(`$0 ${example}`, text);
      return y.options(options);
    },
    async (args) => {
      // yargs has checked them against the options of this very command.
      process.exitCode = await run(context, args as never);
    },
  );
}

/** yargs' sentence, with the nearest name there is. */
function teach(message: string): string {
  const unknown = /^Unknown (?:argument|command)s?: (.+)$/.exec(message)?.[1];
  if (message.startsWith('Not enough non-option arguments'))
    return `something is missing behind "${process.argv[2] ?? ''}"; "muster ${process.argv[2] ?? ''} --help" says what`;
  if (unknown === undefined) return message.replace(/\n\s*/g, '; ');
  const [first = ''] = unknown.split(', ');
  const isOption = process.argv.slice(2).some((arg) => arg.startsWith('-') && arg.replace(/^-+/, '').split('=')[0] === first);
  const known = isOption ? commands.flatMap((c) => Object.keys(c.options)) : commands.map((c) => c.name.split(' ')[0] ?? '');
  return `${isOption ? 'option "--' : 'command "'}${first}" is unknown${didYouMean(first, known)}; "muster --help" and "muster COMMAND --help" list what there is`;
}

try {
  await parser.parseAsync();
} catch (error) {
  if (error instanceof MusterError) {
    terminal.say(`muster: ${error.message}`);
    process.exitCode = error.exitCode;
  } else {
    // Not a person's mistake but ours: here a stack trace helps.
    terminal.say(
      `muster: a defect of muster itself, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    process.exitCode = 70;
  }
}
