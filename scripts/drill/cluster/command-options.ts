/** Options of `muster drill` for a cluster, as yargs takes them. */
export const clusterDrillOptions = {
  execute: { type: 'boolean', default: false, describe: 'cluster: do it; without it only what would be done is said' },
  context: { type: 'string', describe: 'cluster: context of the kubeconfig (default: the current one)' },
  namespace: { type: 'string', describe: "cluster: namespace of the workers (default: the context's)" },
  apply: {
    type: 'boolean',
    default: false,
    describe: "cluster: apply the environment's manifests of the two workers where they are not there, and remove them at the end",
  },
  group: { type: 'string', describe: "cluster: group of anybody's workers, with --topic and --deployment" },
  topic: { type: 'string', describe: 'cluster: the topic that this group reads' },
  deployment: { type: 'string', describe: "cluster: Deployment of anybody's workers" },
  session: { type: 'string', describe: "cluster: session timeout of anybody's workers (default: 45s, Kafka's own)" },
  'command-config': { type: 'string', describe: "cluster: file as Kafka's own tools take it, where brokers ask for a user" },
  'node-shell': {
    type: 'string',
    describe: "cluster: command that runs a shell as root on {node}, such as 'ssh root@{node} sh' (default: a privileged pod)",
  },
  'node-image': { type: 'string', describe: "cluster: image of that pod, with sh and grep (default: the consumers')" },
  'node-namespace': { type: 'string', describe: 'cluster: where that pod is made (default: default)' },
  'ready-within': { type: 'string', default: '2m', describe: 'cluster: how long pods may take to run and to be ready' },
  'restore-within': {
    type: 'string',
    default: '2m',
    describe: 'cluster: how long it is tried to put things back while the API server is silent',
  },
} as const;
