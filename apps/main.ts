import { MusterError } from '../constructs/model/error.js';
import { synthesise } from './synth.js';

// What `npx cdk8s synth` runs: it says by CDK8S_OUTDIR where it wants the manifests.
try {
  const { findings } = synthesise({ out: process.env['CDK8S_OUTDIR'] ?? 'dist' });
  for (const { severity, resource, message, rule } of findings) {
    // Notes are for whoever asks: `muster check`.
    if (severity === 'info') continue;
    process.stderr.write(`${severity}: ${resource.kind} ${resource.name}: ${message} [${rule}]\n`);
  }
  if (findings.some(({ severity }) => severity === 'error')) process.exitCode = 2;
} catch (error) {
  if (!(error instanceof MusterError)) throw error;
  process.stderr.write(`muster: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
