import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import type { Target } from '../../constructs/model/system.js';
import type { Context } from '../context.js';
import { loadAgainstCluster } from '../review/cluster.js';
import { readExceptions, type Exceptions } from '../review/exceptions.js';
import { atLeast, type Grade } from '../review/grade.js';
import { reviewJson } from '../review/json.js';
import { loadSides, type Loaded } from '../review/load.js';
import { reviewMarkdown } from '../review/markdown.js';
import { review as judge } from '../review/review.js';
import { reviewText } from '../review/text.js';

interface Args {
  readonly sides?: string[] | undefined;
  readonly base?: string | undefined;
  readonly context?: string | undefined;
  readonly dir: string;
  readonly format: string;
  readonly json: boolean;
  readonly 'fail-on'?: string | undefined;
  readonly exceptions?: string | undefined;
  readonly target?: string | undefined;
  readonly all: boolean;
}

const usualExceptions = '.muster-review.yaml';

export async function review(context: Context, args: Args): Promise<number> {
  const { terminal, host } = context;
  // A file that is wrong is said before anything is read that takes long.
  const exceptions = exceptionsOf(args.exceptions, host.cwd);
  const loaded = await load(args, context);
  for (const sentence of [...loaded.notes, ...exceptions.problems]) terminal.say(sentence);
  // yargs has compared it with the choices.
  const result = judge(loaded.pairs, { except: exceptions.of, target: args.target as Target | undefined });
  if (result.changes.length > 0) {
    for (const { id, resource, until } of exceptions.unused())
      terminal.say(`the exception for ${id} of ${resource} (until ${until}) was not needed: remove it once its change is merged`);
  }
  const format = args.json ? 'json' : args.format;
  if (format === 'json') terminal.data(reviewJson(result));
  else if (result.changes.length > 0) {
    const screen = { rows: process.stdout.rows || 40, columns: process.stdout.columns || 100, all: args.all };
    terminal.data(format === 'markdown' ? reviewMarkdown(result) : reviewText(result, terminal, screen));
  }
  const failOn = args['fail-on'] as Grade | undefined;
  return failOn !== undefined && result.worst !== null && atLeast(result.worst, failOn) ? 1 : 0;
}

async function load({ sides = [], base, dir, context: named }: Args, context: Context): Promise<Loaded> {
  if (sides.length > 2) throw new MusterError('bad-input', `${String(sides.length)} are too many to compare: name BASE and HEAD`);
  if (base !== undefined) {
    if (sides.length > 1) throw new MusterError('bad-input', `--base ${base} is the one side: name HEAD only`);
    return loadAgainstCluster(sides[0] ?? dir, dir, named, context);
  }
  const [one, other = dir] = sides;
  if (one === undefined)
    throw new MusterError(
      'bad-input',
      'name BASE and HEAD, folders or git revisions: "muster review main HEAD", "muster review old/ new/"',
    );
  if (other === dir && sides.length === 1 && existsSync(resolve(context.host.cwd, one)))
    throw new MusterError(
      'bad-input',
      `${one} is a folder or file here, with which is it to be compared? Name HEAD too: "muster review ${one} OTHER"`,
    );
  return loadSides(one, other, dir, context);
}

function exceptionsOf(named: string | undefined, cwd: string): Exceptions {
  const file = named ?? usualExceptions;
  const today = new Date().toISOString().slice(0, 10);
  if (!existsSync(resolve(cwd, file))) {
    if (named !== undefined)
      throw new MusterError('bad-input', `there is no ${named}: name a file of exceptions, or leave --exceptions out`);
    return readExceptions('', file, today);
  }
  try {
    return readExceptions(readFileSync(resolve(cwd, file), 'utf8'), file, today);
  } catch (error) {
    throw new MusterError('bad-input', `${file} cannot be read: ${(error as Error).message}`);
  }
}
