import { homedir } from 'node:os';
import { join } from 'node:path';

/** What of the machine the command line needs to know; read from the environment once, in cli.ts. */
export interface Host {
  readonly cwd: string;
  /** Folder of the package: its bundles, its pom. */
  readonly packageDir: string;
  /** Downloaded once, kept between runs: `$XDG_CACHE_HOME/muster` or `~/.cache/muster`. */
  readonly cacheDir: string;
  readonly javaHome: string | undefined;
  /** What the programs of this machine (Java, Maven) are started with. Workers and brokers do not inherit it. */
  readonly env: NodeJS.ProcessEnv;
  /** Somebody watches standard error: a moving progress line is welcome. */
  readonly terminal: boolean;
  /** Standard output may have colour: it is a terminal, and NO_COLOR is not set. */
  readonly colour: boolean;
  /** Standard output is a terminal on which a result can be drawn anew in its place. */
  readonly screen: boolean;
}

export function hostFrom(env: NodeJS.ProcessEnv, cwd: string, packageDir: string): Host {
  return {
    cwd,
    packageDir,
    cacheDir: join(env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache'), 'muster'),
    javaHome: env['JAVA_HOME'],
    env,
    terminal: process.stderr.isTTY && env['TERM'] !== 'dumb',
    screen: process.stdout.isTTY && env['TERM'] !== 'dumb',
    colour: process.stdout.isTTY && (env['NO_COLOR'] ?? '') === '',
  };
}
