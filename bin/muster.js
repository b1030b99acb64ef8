#!/usr/bin/env node
import { existsSync } from 'node:fs';

const cli = new URL('../build/scripts/cli.js', import.meta.url);
if (existsSync(cli)) {
  await import(cli.href);
} else {
  console.error('muster: not built yet. Run "npm ci" in the checkout first (it installs and builds).');
  process.exitCode = 2;
}
