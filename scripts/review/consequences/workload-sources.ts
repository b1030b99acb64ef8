const kubernetes = 'https://kubernetes.io/docs/';
const kafka = 'https://kafka.apache.org/43/documentation.html';

/** Documents that judges of workloads refer to. */
export const workloadSources = {
  rollingUpdate: `${kubernetes}concepts/workloads/controllers/deployment/#rolling-update-deployment`,
  recreate: `${kubernetes}concepts/workloads/controllers/deployment/#recreate-deployment`,
  selector: `${kubernetes}concepts/workloads/controllers/deployment/#label-selector-updates`,
  replicas: `${kubernetes}concepts/workloads/controllers/deployment/#scaling-a-deployment`,
  statefulSet: `${kubernetes}concepts/workloads/controllers/statefulset/`,
  claimRetention: `${kubernetes}concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention`,
  updateStrategy: `${kubernetes}concepts/workloads/controllers/statefulset/#update-strategies`,
  job: `${kubernetes}concepts/workloads/controllers/job/`,
  cronJob: `${kubernetes}concepts/workloads/controllers/cron-jobs/`,
  termination: `${kubernetes}concepts/workloads/pods/pod-lifecycle/#pod-termination`,
  probes: `${kubernetes}tasks/configure-pod-container/configure-liveness-readiness-startup-probes/`,
  images: `${kubernetes}concepts/containers/images/`,
  resources: `${kubernetes}concepts/configuration/manage-resources-containers/`,
  volumes: `${kubernetes}concepts/storage/volumes/`,
  claims: `${kubernetes}concepts/storage/persistent-volumes/`,
  configMaps: `${kubernetes}concepts/configuration/configmap/`,
  secrets: `${kubernetes}concepts/configuration/secret/`,
  podSecurity: `${kubernetes}concepts/security/pod-security-admission/`,
  standards: `${kubernetes}concepts/security/pod-security-standards/`,
  autoscaling: `${kubernetes}tasks/run-application/horizontal-pod-autoscale/`,
  withoutReplicas: `${kubernetes}tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling`,
  budget: `${kubernetes}tasks/run-application/configure-pdb/`,
  networkPolicies: `${kubernetes}concepts/services-networking/network-policies/`,
  service: `${kubernetes}concepts/services-networking/service/`,
  quota: `${kubernetes}concepts/policy/resource-quotas/`,
  limitRange: `${kubernetes}concepts/policy/limit-range/`,
  namespaces: `${kubernetes}concepts/overview/working-with-objects/namespaces/`,
  rbac: `${kubernetes}reference/access-authn-authz/rbac/`,
  crd: `${kubernetes}tasks/extend-kubernetes/custom-resources/custom-resource-definitions/`,
  crdVersions: `${kubernetes}tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/`,
  keda: 'https://keda.sh/docs/2.17/scalers/apache-kafka/',
  kedaSpec: 'https://keda.sh/docs/2.17/reference/scaledobject-spec/',
  routes: 'https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/networking/configuring-routes',
  consumerGroups: `${kafka}#intro_consumers`,
  consumer: `${kafka}#consumerconfigs`,
  producer: `${kafka}#producerconfigs`,
  broker: `${kafka}#brokerconfigs`,
  offsetsRetention: `${kafka}#brokerconfigs_offsets.retention.minutes`,
  staticMembership: `${kafka}#static_membership`,
  kip848: 'https://cwiki.apache.org/confluence/display/KAFKA/KIP-848%3A+The+Next+Generation+of+the+Consumer+Rebalance+Protocol',
  kip429: 'https://cwiki.apache.org/confluence/display/KAFKA/KIP-429%3A+Kafka+Consumer+Incremental+Rebalance+Protocol',
  contract: 'workers/contract.ts',
  workers: 'docs/workers.md',
  clients: 'docs/clients.md',
} as const;

/** Why a manifest that goes may change nothing by itself. */
export const whenPruned =
  'A manifest that goes is deleted by whoever prunes: Argo CD with prune, kubectl with --prune. Without, the object stays as it is.';
