import type { Context } from '../context.js';
import { lookAt } from '../local/environment.js';
import { show } from './up.js';

/** Exit code 0 when it runs, 1 when it does not, or not whole. */
export async function status({ host, terminal }: Context, args: { env: string; json: boolean }): Promise<number> {
  const environment = lookAt(host.cwd, args.env);
  if (environment.is === 'running') {
    show(terminal, environment.state, args.json);
    return 0;
  }
  if (args.json) terminal.data(JSON.stringify({ schemaVersion: 1, environment: args.env, bootstrap: null, brokers: [] }));
  terminal.say(
    environment.is === 'absent'
      ? `${args.env} is not up here; "muster up --env ${args.env}" starts it`
      : `${args.env} was up, but only ${String(environment.alive)} of its processes are left; "muster up --env ${args.env}" cleans and starts it anew`,
  );
  return Promise.resolve(1);
}
