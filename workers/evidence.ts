import { writeSync } from 'node:fs';
import type { Evidence } from './ledger.js';

export type WriteEvidence = (line: Evidence) => void;

const standardOutput = 1;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes one line of evidence; when it returns, the line is outside the process. Undefined when evidence is off, so that nothing is built for it. */
export function evidenceWriter(mode: 'off' | 'stdout'): WriteEvidence | undefined {
  if (mode === 'off') return undefined;
  return (line) => {
    writeAll(Buffer.from(`${JSON.stringify(line)}\n`));
  };
}

function writeAll(bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(standardOutput, bytes, written);
    } catch (error) {
      // A pipe whose reader is slow: the record must not go on before its evidence is out.
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}
