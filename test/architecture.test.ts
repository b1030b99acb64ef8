import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Which files a file of a folder may import, by path from the root. The longest folder that matches a file decides. */
const allowed: Readonly<Record<string, readonly RegExp[]>> = {
  'constructs/model/': [/^constructs\/model\//],
  'constructs/': [/^constructs\//, /^workers\/contract\.ts$/],
  'charts/': [/^charts\//, /^constructs\//],
  'apps/': [/^apps\//, /^charts\//, /^constructs\//],
  'workers/': [/^workers\//],
  'scripts/': [/^scripts\//, /^constructs\/model\//, /^workers\/(contract|ledger|dead-letter|kafkajs\/codecs)\.ts$/, /^apps\/synth\.ts$/],
};

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((m) => m[1] ?? '');
  return found.map((specifier) => normalize(join(dirname(file), specifier)).replace(/\.js$/, '.ts'));
}

export function violations(file: string, imports: readonly string[]): string[] {
  const folder = Object.keys(allowed)
    .filter((prefix) => file.startsWith(prefix))
    .sort((a, b) => b.length - a.length)[0];
  const rules = folder === undefined ? [] : allowed[folder];
  return imports.filter((target) => !(rules ?? []).some((rule) => rule.test(target))).map((target) => `${file} imports ${target}`);
}

const files = Object.keys(allowed)
  .filter((folder) => folder !== 'constructs/model/')
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => relative(root, join(root, folder, name))),
  );

describe('import direction', () => {
  it('sees the source files', () => expect(files.length).toBeGreaterThan(10));

  it.each(files)('%s keeps to it', (file) => expect(violations(file, importsOf(file))).toEqual([]));

  it('would see an import against the direction', () => {
    expect(violations('constructs/model/units.ts', ['constructs/worker.ts'])).toHaveLength(1);
    expect(violations('scripts/drill/verdict.ts', ['workers/consumer.ts'])).toHaveLength(1);
    expect(violations('charts/lab.ts', ['apps/environments.ts'])).toHaveLength(1);
  });
});
