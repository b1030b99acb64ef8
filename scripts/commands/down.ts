import type { Context } from '../context.js';
import { end, lookAt } from '../local/environment.js';
import { cleanLeftovers } from '../run-folder.js';

export async function down({ host, terminal }: Context, args: { env: string; json: boolean }): Promise<number> {
  await cleanLeftovers(host.cwd);
  const before = lookAt(host.cwd, args.env);
  const ended = before.is === 'absent' ? 0 : await end(host.cwd, args.env);
  if (args.json) terminal.data(JSON.stringify({ schemaVersion: 1, environment: args.env, ended }));
  else
    terminal.say(
      before.is === 'absent'
        ? `${args.env} is not up here; nothing to end`
        : `${args.env} is down: ${String(ended)} process${ended === 1 ? '' : 'es'} ended`,
    );
  return 0;
}
