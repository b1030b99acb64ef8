import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { MusterError } from '../constructs/model/error.js';
import { didYouMean } from '../constructs/model/suggest.js';
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

/** What every command is given. */
export interface Context {
  readonly host: typeof host;
  readonly terminal: typeof terminal;
  readonly abort: AbortSignal;
}
const context: Context = { host, terminal, abort: interruption.signal };

const json = { json: { type: 'boolean', default: false, describe: 'print the result as JSON' } } as const;
const dir = { dir: { type: 'string', default: 'dist', describe: 'folder of the synthesised manifests' } } as const;
const env = { env: { type: 'string', default: 'k3s', describe: 'environment' } } as const;
const roles = {
  roles: {
    choices: ['compacted', 'declared'] as const,
    default: 'compacted' as const,
    describe: "compacted: brokers take the controllers' role besides (fewer processes); declared: a process a node",
  },
} as const;

/** Sets the exit code a command ends with. */
const ends = async (work: Promise<number>): Promise<void> => {
  process.exitCode = await work;
};

const parser = yargs(process.argv.slice(2))
  .scriptName('muster')
  .usage('$0 COMMAND\n\nKafka on OpenShift and Kubernetes with Strimzi: synthesise, check, drill.')
  .command(
    'synth',
    'synthesise the manifests of the environments into dist/ENV',
    (y) =>
      y
        .option('env', { type: 'string', array: true, describe: 'only these environments (default: all)' })
        .option('out', { type: 'string', default: 'dist', describe: 'folder to write to' })
        .options(json)
        .example('$0 synth', 'all environments')
        .example('$0 synth --env k3s --out /tmp/manifests', 'one of them, elsewhere'),
    async (args) => ends((await import('./commands/synth.js')).synth(context, args)),
  )
  .command(
    'up',
    'start the brokers of an environment on this machine, from its manifests',
    (y) =>
      y
        .options({ ...env, ...dir, ...roles, ...json })
        .option('port', {
          type: 'number',
          describe: 'port of the first broker, the others follow (default: that of the listener, or free ones)',
        })
        .example('$0 up', 'the brokers and topics of k3s; they run until "muster down"')
        .example('$0 up --env crc --port 19092', 'another environment beside it'),
    async (args) => ends((await import('./commands/up.js')).up(context, args)),
  )
  .command(
    'down',
    'end the brokers of an environment, and nothing else',
    (y) => y.options({ ...env, ...json }).example('$0 down --env crc', 'ends the environment crc only'),
    async (args) => ends((await import('./commands/down.js')).down(context, args)),
  )
  .command(
    'status',
    'say which brokers run on this machine',
    (y) => y.options({ ...env, ...json }).example('$0 status --json', 'bootstrap address and brokers of k3s'),
    async (args) => ends((await import('./commands/status.js')).status(context, args)),
  )
  .command(
    'drill [scenario]',
    'scale, kill and measure a consumer group under load, and prove that nothing acknowledged was lost',
    (y) =>
      y
        .positional('scenario', { type: 'string', describe: 'which drill; without it they are listed' })
        .options({ ...env, ...dir, ...roles, ...json })
        .option('backend', { choices: ['local'] as const, default: 'local' as const, describe: 'where the manifests run' })
        .option('bootstrap', { type: 'string', describe: "HOST:PORT of a Kafka that already runs; topic and group are the drill's own" })
        .option('runs', { type: 'number', default: 1, describe: 'repeat and give median and spread' })
        .option('hold', { type: 'number', default: 8, describe: 'seconds a step lasts after the group has settled' })
        .option('rate', { type: 'number', describe: "records a second, instead of the manifest's" })
        .option('work', { type: 'number', describe: "ms of work a record, instead of the manifest's" })
        .option('consumer', { type: 'string', describe: 'Deployment of the consumers, where there are several' })
        .option('producer', { type: 'string', describe: 'Deployment of the producer, where there are several' })
        .option('report', { type: 'string', describe: 'folder for the event log, the JSON and the page' })
        .example('$0 drill', 'lists the drills')
        .example('$0 drill scale-and-crash --report report', 'runs one and draws it')
        .example('$0 drill scale-and-crash --runs 5 --json', 'five runs: median and spread'),
    async (args) => ends((await import('./commands/drill.js')).drill(context, args)),
  )
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

/** yargs' sentence, with the nearest allowed name. */
function teach(message: string): string {
  const unknown = /^Unknown (?:argument|command)s?: (.+)$/.exec(message)?.[1];
  if (unknown === undefined) return message.replace(/\n\s*/g, '; ');
  const [first = ''] = unknown.split(', ');
  const options = [
    'env',
    'out',
    'dir',
    'json',
    'port',
    'roles',
    'backend',
    'bootstrap',
    'runs',
    'hold',
    'rate',
    'work',
    'consumer',
    'producer',
    'report',
    'help',
  ];
  const commands = ['synth', 'up', 'down', 'status', 'drill', 'completion'];
  const isOption = process.argv.slice(2).some((arg) => arg.startsWith('-') && arg.replace(/^-+/, '').split('=')[0] === first);
  return `${isOption ? 'option' : 'command'} "${isOption ? '--' : ''}${first}" is unknown${didYouMean(first, isOption ? options : commands)}; "muster --help" and "muster COMMAND --help" list what there is`;
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
