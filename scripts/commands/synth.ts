import type { Context } from '../context.js';
import { showFindings } from '../findings.js';

export async function synth({ terminal }: Context, args: { env?: string[]; image?: string; out: string; json: boolean }): Promise<number> {
  const { synthesise } = await import('../../apps/synth.js');
  const { written, findings } = synthesise({
    ...(args.env === undefined ? {} : { environments: args.env }),
    ...(args.image === undefined ? {} : { image: args.image }),
    out: args.out,
  });
  if (args.json) terminal.data(JSON.stringify({ schemaVersion: 1, written, findings }, undefined, 2));
  else {
    showFindings(terminal, findings, args.out);
    terminal.say(
      written.length === 0
        ? `nothing is written to ${args.out} before the errors are mended`
        : `${String(written.length)} manifests written to ${args.out}`,
    );
  }
  return findings.some((f) => f.severity === 'error') ? 2 : 0;
}
