import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { MusterError } from '../../constructs/model/error.js';
import { isRecord } from '../../constructs/model/resource.js';
import type { Scenario } from './scenario.js';
import { parseScenario } from './scenario-parse.js';

const data = /\.(ya?ml|json)$/;
const code = /\.[cm]?[jt]s$/;

/** Whether a person means a file, and no drill of the catalogue. */
export const isScenarioFile = (given: string): boolean => data.test(given) || code.test(given) || /[/\\]/.test(given);

/**
 * A scenario that somebody wrote: YAML, JSON, or a module in TypeScript or JavaScript that exports `scenario`, or has it as its default.
 * @throws MusterError `bad-input` for a file that cannot be read, and for what is no scenario
 */
export async function readScenario(cwd: string, file: string): Promise<Scenario> {
  const path = resolve(cwd, file);
  if (code.test(file)) return parseScenario(await exportedBy(path, file), file);
  if (!data.test(file))
    throw new MusterError('bad-input', `${file} is no scenario file; its name must end with .yaml, .yml, .json, .ts, .mts, .js or .mjs`);
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new MusterError('bad-input', `cannot read the scenario ${file}: ${firstLine(cause)}`, { cause });
  }
  return parseScenario(content, file);
}

/** A scenario as a file that a person can change and run. */
export function showScenario(scenario: Scenario): string {
  const head = `# muster drill ./${scenario.name}.yaml\n`;
  return `${head}${stringify(scenario, { lineWidth: 120, aliasDuplicateObjects: false })}`;
}

/** Runs the module: its types are taken off, and what it imports is bundled with it. */
async function exportedBy(path: string, file: string): Promise<unknown> {
  let module: unknown;
  try {
    const { build } = await import('esbuild');
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      logLevel: 'silent',
    });
    const text = outputFiles[0]?.text ?? '';
    module = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  } catch (cause) {
    throw new MusterError('bad-input', `cannot run the scenario ${file}: ${firstLine(cause)}`, { cause });
  }
  const found = isRecord(module) ? (module['scenario'] ?? module['default']) : undefined;
  if (found === undefined)
    throw new MusterError(
      'bad-input',
      `${file} exports no scenario; write "export const scenario = { name: '${basename(file).replace(code, '')}', ... }"`,
    );
  return found;
}

/** esbuild's and YAML's messages have several lines; the first that says something is enough. */
function firstLine(cause: unknown): string {
  const lines = (isRecord(cause) && typeof cause['message'] === 'string' ? cause['message'] : String(cause))
    .split('\n')
    .map((line) => line.trim());
  const [first = ''] = lines.filter((line) => line !== '' && !/^Build failed/.test(line));
  return first;
}
