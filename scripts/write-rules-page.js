// Writes docs/rules.md from the rules:
//   node scripts/write-rules-page.js
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, 'rules-page.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const { rulesPage } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
writeFileSync(join(import.meta.dirname, '../docs/rules.md'), rulesPage());
