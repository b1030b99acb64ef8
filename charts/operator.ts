import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { Manifest } from '../constructs/manifest.js';

export interface OperatorProps {
  /** The one namespace that the operator watches, and runs in. */
  readonly namespace: string;
  /** Release of Strimzi. */
  readonly version: string;
}

/**
 * Strimzi on OpenShift, from OperatorHub: this release and no other until a person approves the next, for an operator that moves on by itself
 * restarts every broker when nobody expects it.
 */
export class Operator extends Chart {
  constructor(scope: Construct, id: string, { namespace, version }: OperatorProps) {
    super(scope, id, { namespace, disableResourceNameHashes: true });
    new Manifest(this, 'Group', {
      apiVersion: 'operators.coreos.com/v1',
      kind: 'OperatorGroup',
      metadata: { name: namespace },
      spec: { targetNamespaces: [namespace] },
    });
    new Manifest(this, 'Subscription', {
      apiVersion: 'operators.coreos.com/v1alpha1',
      kind: 'Subscription',
      metadata: {
        name: 'strimzi-kafka-operator',
        annotations: {
          'muster.dev/why-approval': 'Manual: also the first install waits for a person, who approves its InstallPlan (docs/deploy.md)',
        },
      },
      spec: {
        name: 'strimzi-kafka-operator',
        source: 'community-operators',
        sourceNamespace: 'openshift-marketplace',
        channel: `strimzi-${version.split('.').slice(0, 2).join('.')}.x`,
        startingCSV: `strimzi-cluster-operator.v${version}`,
        installPlanApproval: 'Manual',
      },
    });
  }
}
