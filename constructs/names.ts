import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { MusterError } from './model/error.js';
import { isObjectName } from './model/object-name.js';

/** The name, if Kubernetes takes it. Names are given by people and never made from construct ids: renaming an id must rename nothing. */
export function pinnedName(what: string, name: string): string {
  if (!isObjectName(name)) {
    throw new MusterError(
      'bad-input',
      `${what} "${name}" is no name Kubernetes takes: use lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit`,
    );
  }
  return name;
}

/** The namespace of the chart around a construct. */
export function namespaceAround(scope: Construct): string {
  const { namespace } = Chart.of(scope);
  if (namespace === undefined)
    throw new MusterError(
      'bad-input',
      `${scope.node.path} needs a namespace: give its chart one, so that it does not depend on who applies it`,
    );
  return namespace;
}
