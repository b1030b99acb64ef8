import { ApiObject } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { checkResources } from './model/check.js';
import type { Resource } from './model/resource.js';
import { workerContracts } from './worker-environment.js';

const checked = new WeakSet<IConstruct>();

/** Every object below a scope, as it will be written. */
export function resourcesBelow(scope: IConstruct): Resource[] {
  return scope.node
    .findAll()
    .filter((node): node is ApiObject => ApiObject.isApiObject(node))
    .map((object) => object.toJson() as Resource);
}

/**
 * Lets a synthesis fail on what spans objects: the rules see all objects of the app, once, however many constructs ask for it.
 */
export function checkWholeApp(scope: Construct): void {
  const { root } = scope.node;
  if (checked.has(root)) return;
  checked.add(root);
  root.node.addValidation({
    validate: () =>
      checkResources(resourcesBelow(root), { contracts: workerContracts })
        .filter(({ severity }) => severity === 'error')
        .map(({ rule, message, resource }) => `${resource.kind} ${resource.name}: ${message} [${rule}]`),
  });
}
