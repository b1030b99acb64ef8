import { basename } from 'node:path';
import type { Target } from '../constructs/model/system.js';
import { checkManifests } from './check/check.js';

/** What cdk8s hands to a validation plugin; the part of it that is used here. */
interface ValidationContext {
  readonly manifests: readonly string[];
  readonly report: {
    addViolation(violation: {
      readonly ruleName: string;
      readonly recommendation: string;
      readonly fix: string;
      readonly violatingResources: readonly {
        readonly resourceName: string;
        readonly locations: readonly string[];
        readonly manifestPath: string;
      }[];
    }): void;
    submit(status: 'success' | 'failure', metadata?: Readonly<Record<string, string>>): void;
  };
}

/** `properties` of the validation in cdk8s.yaml. */
export interface ValidationProperties {
  readonly target?: Target;
}

/** The rules of `muster check` on what `cdk8s synth` has just written: errors and warnings are violations, errors fail the synthesis. */
export function validate({ manifests, report }: ValidationContext, { target }: ValidationProperties): void {
  const { findings } = checkManifests(manifests, { cwd: process.cwd(), target });
  for (const { rule, severity, message, source, resource, path, file, line } of findings) {
    if (severity === 'info') continue;
    report.addViolation({
      ruleName: `${rule} (${severity})`,
      recommendation: message,
      fix: source ?? 'see the message',
      violatingResources: [
        {
          resourceName: resource.kind === 'File' ? basename(resource.name) : resource.name,
          locations: [path],
          manifestPath: `${file ?? ''}${line === undefined ? '' : `:${String(line)}`}`,
        },
      ],
    });
  }
  report.submit(findings.some(({ severity }) => severity === 'error') ? 'failure' : 'success');
}
