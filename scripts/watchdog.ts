import { rmSync } from 'node:fs';
import { endAll, parseRefs } from './processes.js';

// Started beside a run (processes.ts), which tells it every process it starts: waits until its owner says `release` or is gone. In the
// second case it ends what the owner started and removes the run's folder, so that a crash of the command line leaves nothing behind.
const runDir = process.argv[2] ?? '';
let told = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text: string) => {
  told += text;
});
process.stdin.once('end', () => {
  if (told.split('\n').includes('release') || runDir === '') return;
  void endAll(runDir, parseRefs(told)).then(() => {
    rmSync(runDir, { recursive: true, force: true });
  });
});
