import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageDir } from '../brokers.js';
import { printedLine } from './printed.js';

const page = readFileSync(join(packageDir, 'docs/sizing.md'), 'utf8');
const shown = [...page.matchAll(/```console\n\$ muster (.*)\n([^]*?)```/g)].map(
  ([, line = '', output = '']) => [line, output.trimEnd()] as const,
);

describe('docs/sizing.md shows what the commands print', () => {
  it('has them all', () => expect(shown).toHaveLength(8));
  it.each(shown)('muster %s', async (line, output) => expect((await printedLine(line)).trimEnd()).toBe(output));
});
