import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool, type ClusterTool } from '../../scripts/cluster/tool.js';
import { hostFrom, type Host } from '../../scripts/host.js';
import { packageDir } from '../brokers.js';

/** What the program answers to arguments that match; the last one given wins. */
export interface Answer {
  /** Of all arguments, joined by blanks. */
  readonly when: RegExp;
  readonly stdout?: string | object;
  readonly stderr?: string;
  readonly code?: number;
  /** Prints this file as it grows, and ends when somebody ends it. */
  readonly follows?: string;
}

/** A program by the name of kubectl that says what it was told to: what the real one does is tested on a real cluster (drills.ts). */
export interface ScriptedTool {
  readonly dir: string;
  readonly host: Host;
  readonly tool: ClusterTool;
  answer(...answers: readonly Answer[]): void;
  /** The calls since the last time, arguments joined by blanks. */
  calls(): string[];
  remove(): void;
}

const program = `
const { appendFileSync, closeSync, openSync, readFileSync, readSync } = require('node:fs');
const args = process.argv.slice(2).join(' ');
appendFileSync(__dirname + '/calls', args.replaceAll('\\n', ' ') + '\\n');
const found = JSON.parse(readFileSync(__dirname + '/answers.json', 'utf8')).findLast(({ when }) => new RegExp(when).test(args));
if (found === undefined) {
  process.stderr.write('error: nothing is known of ' + args);
  process.exitCode = 1;
} else if (found.follows !== undefined) {
  const file = openSync(found.follows, 'r');
  const bytes = Buffer.alloc(65536);
  setInterval(() => {
    for (let count; (count = readSync(file, bytes, 0, bytes.length, null)) > 0; ) process.stdout.write(bytes.subarray(0, count));
  }, 10);
} else {
  process.stdout.write(found.stdout ?? '');
  process.stderr.write(found.stderr ?? '');
  process.exitCode = found.code ?? 0;
}
`;

export async function scriptedTool(): Promise<ScriptedTool> {
  const dir = mkdtempSync(join(tmpdir(), 'muster-tool-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const answers: Answer[] = [];
  const answer: ScriptedTool['answer'] = (...more) => {
    answers.push(...more);
    writeFileSync(
      join(bin, 'answers.json'),
      JSON.stringify(
        answers.map(({ when, stdout, ...rest }) => ({
          ...rest,
          when: when.source,
          ...(stdout === undefined ? {} : { stdout: typeof stdout === 'string' ? stdout : JSON.stringify(stdout) }),
        })),
      ),
    );
  };
  const name = join(bin, 'kubectl');
  writeFileSync(name, `#!${process.execPath}\n${program}`);
  chmodSync(name, 0o755);
  answer(
    { when: /^version --client/ },
    { when: /^config current-context/, stdout: 'here\n' },
    { when: /config view --minify/, stdout: 'shop' },
  );
  const host = hostFrom({ PATH: bin, HOME: dir }, dir, packageDir);
  const tool = await findTool(host);
  const calls = (): string[] => {
    const file = join(bin, 'calls');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    writeFileSync(file, '');
    return lines.filter((line) => line !== '').map((line) => line.replace(' --context here', ''));
  };
  calls();
  return {
    dir,
    host,
    tool,
    answer,
    calls,
    remove: () => {
      rmSync(dir, { recursive: true });
    },
  };
}

/** A Deployment as the API server has it. */
export function deployment(
  name: string,
  component: string,
  env: Readonly<Record<string, string>> = {},
  more: { readonly replicas?: number; readonly labels?: object; readonly spec?: object; readonly extraEnv?: readonly object[] } = {},
): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: 'shop',
      labels: { 'app.kubernetes.io/component': component, ...more.labels },
      annotations: { 'deployment.kubernetes.io/revision': '3' },
    },
    spec: {
      replicas: more.replicas ?? 2,
      selector: { matchLabels: { app: name } },
      template: {
        spec: {
          containers: [
            {
              name: component,
              image: 'workers:1',
              command: ['node', `${component}.js`],
              env: [...Object.entries(env).map(([key, value]) => ({ name: key, value })), ...(more.extraEnv ?? [])],
            },
          ],
        },
      },
      ...more.spec,
    },
    status: { readyReplicas: more.replicas ?? 2 },
  };
}
