import { rmSync } from 'node:fs';
import { endAll } from './processes.js';

// Started beside a run (processes.ts): waits until its owner says `release` or is gone. In the second case it ends what the owner
// started and removes the run's folder, so that a crash of the command line leaves nothing behind.
const runDir = process.argv[2] ?? '';
let released = false;
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text: string) => {
  released ||= text.includes('release');
});
process.stdin.once('end', () => {
  if (released || runDir === '') return;
  void endAll(runDir).then(() => {
    rmSync(runDir, { recursive: true, force: true });
  });
});
