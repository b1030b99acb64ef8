import type { InferredOptionTypes, Options, PositionalOptions, PositionalOptionsType } from 'yargs';
import type { Context } from './context.js';
import { grades } from './review/grade.js';
import { clusterDrillOptions } from './drill/cluster/command-options.js';
import { workloadOptions } from './size/workload-options.js';

type OptionTable = Readonly<Record<string, Options>>;
type Positional = PositionalOptions & { readonly type: PositionalOptionsType };

/** One command: what its help says, and how to run it. `run` loads its code only then, so that the others start quickly. */
export interface Command {
  readonly name: string;
  readonly describe: string;
  readonly positionals: Readonly<Record<string, Positional>>;
  readonly options: OptionTable;
  readonly examples: readonly (readonly [string, string])[];
  /** Resolves to the exit code. */
  readonly run: (context: Context, args: never) => Promise<number>;
}

function command<O extends OptionTable, P extends Readonly<Record<string, Positional>>>(definition: {
  readonly name: string;
  readonly describe: string;
  readonly positionals?: P;
  readonly options: O;
  readonly examples: readonly (readonly [string, string])[];
  readonly run: (context: Context, args: InferredOptionTypes<O> & InferredOptionTypes<P>) => Promise<number>;
}): Command {
  return { positionals: {}, ...definition };
}

const json = { json: { type: 'boolean', default: false, describe: 'print the result as JSON' } } as const;
const dir = { dir: { type: 'string', default: 'dist', describe: 'folder of the synthesised manifests' } } as const;
const env = { env: { type: 'string', default: 'k3s', describe: 'environment' } } as const;
/** Which Kafka a command talks to. */
const connection = {
  bootstrap: { type: 'string', describe: 'HOST:PORT of a Kafka that runs (default: the environment that is up here)' },
  'command-config': {
    type: 'string',
    describe: "file with security.protocol and what goes with it, as Kafka's own tools take it; certificates as PEM",
  },
  ...env,
} as const;
const roles = {
  roles: {
    choices: ['compacted', 'declared'],
    default: 'compacted',
    describe: "compacted: brokers take the controllers' role besides (fewer processes); declared: a process a node",
  },
} as const;

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  command({
    name: 'synth',
    describe: 'synthesise the manifests of the environments into dist/ENV',
    options: {
      env: { type: 'string', array: true, describe: 'only these environments (default: all)' },
      image: { type: 'string', describe: "image of the workers, REGISTRY/NAME:TAG or …@sha256:DIGEST (default: the environment's own)" },
      out: { type: 'string', default: 'dist', describe: 'folder to write to' },
      ...json,
    } as const,
    examples: [
      ['synth', 'all environments'],
      ['synth --env k3s --out /tmp/manifests', 'one of them, elsewhere'],
      ['synth --env production --image quay.io/acme/muster-workers:0.1.0', 'with workers from your registry'],
    ],
    run: async (context, args) => (await import('./commands/synth.js')).synth(context, args),
  }),
  command({
    name: 'size',
    describe: 'size partitions, brokers, disks, memory and members from a workload, with the reason of each number',
    options: {
      ...workloadOptions,
      workload: { type: 'string', describe: 'YAML or JSON file with these options; the command line wins' },
      measure: {
        type: 'boolean',
        default: false,
        describe: 'measure what one partition carries, on a broker started for it here, and size from that',
      },
      bootstrap: { type: 'string', describe: 'HOST:PORT of the cluster to measure on; topic and group are its own and are removed' },
      'measure-seconds': { type: 'number', default: 5, describe: 'how long to produce' },
      ...json,
    } as const,
    examples: [
      ['size --target-rate 500MB/s --partition-rate 50MB/s --consumers 20 --brokers 3', '20, rounded up to 21'],
      ['size --target-rate 1000/s --record-size 500B --keys 50 --group inventory,members=6,work=100ms', 'a slow handler, said so'],
      ['size --target-rate 100MB/s --record-size 1KiB --measure', 'from the rates of this machine'],
    ],
    run: async (context, args) => (await import('./commands/size.js')).size(context, args),
  }),
  command({
    name: 'keys [keys..]',
    describe: 'say which partition each key goes to, how keys spread, and which ones move when partitions are added',
    positionals: { keys: { type: 'string', array: true, describe: "keys, or patterns such as 'customer-{A..J}'" } } as const,
    options: {
      partitions: { type: 'number', demandOption: true, describe: 'partitions of the topic' },
      to: { type: 'number', describe: 'another number of partitions: which keys move' },
      partitioner: { type: 'string', default: 'murmur2', describe: 'murmur2, crc32 or kafkajs-legacy: that of the producer' },
      records: { type: 'number', describe: 'records, dealt out over the keys (default: one each time a key is named)' },
      'keys-file': { type: 'string', describe: 'file with a key a line; one that is there twice has two records' },
      ...json,
    } as const,
    examples: [
      ["keys 'customer-{A..J}' --partitions 6", 'ten keys: where they go'],
      ["keys 'customer-{001..100}' --partitions 6 --to 8", 'which of them move'],
      ["keys 'restaurant-{1..50}' --partitions 24 --records 1000", 'hot and empty partitions'],
    ],
    run: async (context, args) => (await import('./commands/keys.js')).keys(context, args),
  }),
  command({
    name: 'assign',
    describe: 'say which member of a group gets which partitions, and who is idle',
    options: {
      partitions: { type: 'number', demandOption: true, describe: 'partitions of the topic' },
      members: { type: 'number', demandOption: true, describe: 'members of the group' },
      strategy: { choices: ['range', 'roundrobin', 'sticky'], default: 'range', describe: "Kafka's assignor" },
      topics: { type: 'number', default: 1, describe: 'topics with that many partitions each' },
      from: { type: 'number', describe: 'members before: which partitions change hands' },
      ...json,
    } as const,
    examples: [
      ['assign --partitions 12 --members 5', '3-3-2-2-2'],
      ['assign --partitions 6 --members 8', 'two of them idle'],
      ['assign --partitions 12 --from 2 --members 6 --strategy sticky', 'what a scale-out moves'],
    ],
    run: async (context, args) => (await import('./commands/assign.js')).assignPartitions(context, args),
  }),
  command({
    name: 'check <path..>',
    describe: 'check manifests, of Muster or of anybody, as the API server, Strimzi and Kafka would',
    positionals: {
      path: { type: 'string', array: true, demandOption: true, describe: 'files or folders, or - for standard input' },
    } as const,
    options: {
      target: { choices: ['k8s', 'openshift', 'crc'], describe: 'where they will run: turns on what is true only there' },
      ...json,
    } as const,
    examples: [
      ['check dist/k3s', 'a folder is judged as a whole: topics against brokers, workers against topics'],
      ['check dist', 'folders that declare the same objects (environments) are judged apart'],
      ['check kafka.yaml topics.yaml --target openshift', 'files named together are judged together'],
      ['check -', 'standard input: helm template … | muster check -'],
    ],
    run: async (context, args) => (await import('./commands/check.js')).check(context, args),
  }),
  command({
    name: 'review [sides..]',
    describe: 'say what a change of the manifests will do, worst first',
    positionals: {
      sides: {
        type: 'string',
        array: true,
        describe: 'BASE and HEAD: folders, files or git revisions; BASE alone is compared with --dir as it is here, HEAD alone with --base',
      },
    } as const,
    options: {
      ...dir,
      base: { choices: ['cluster'], describe: 'compare with what a cluster runs, read by oc or kubectl' },
      context: { type: 'string', describe: '--base cluster: context of the kubeconfig (default: the current one)' },
      format: { choices: ['text', 'markdown', 'json'], default: 'text', describe: 'text for a screen, Markdown for one comment, JSON' },
      all: { type: 'boolean', default: false, describe: 'text: everything, not one screen of it' },
      'fail-on': { choices: grades, describe: 'exit code 1 when a change has this grade or a worse one (default: never)' },
      exceptions: { type: 'string', describe: 'file of changes to let pass, each with reason and end (default: .muster-review.yaml)' },
      target: { choices: ['k8s', 'openshift', 'crc'], describe: 'where they will run, for the new findings of muster check' },
      ...json,
    } as const,
    examples: [
      ['review main HEAD', 'dist of two revisions'],
      ['review origin/main', 'dist of a revision, and dist as it is here'],
      ['review old/ new/ --fail-on refused', 'two folders; exit code 1 for data-loss and refused'],
      ['review HEAD^1 HEAD --format markdown', 'for a comment on a pull request'],
      ['review --base cluster dist/k3s', 'what applying dist/k3s would change in the cluster'],
    ],
    run: async (context, args) => (await import('./commands/review.js')).review(context, args),
  }),
  command({
    name: 'up',
    describe: 'start the brokers of an environment on this machine, from its manifests',
    options: {
      ...env,
      ...dir,
      ...roles,
      port: { type: 'number', describe: 'port of the first broker, the others follow (default: that of the listener, or free ones)' },
      ...json,
    } as const,
    examples: [
      ['up', 'the brokers and topics of k3s; they run until "muster down"'],
      ['up --env crc --port 19092', 'another environment beside it'],
    ],
    run: async (context, args) => (await import('./commands/up.js')).up(context, args),
  }),
  command({
    name: 'down',
    describe: 'end the brokers of an environment, and nothing else',
    options: { ...env, ...json } as const,
    examples: [['down --env crc', 'ends the environment crc only']],
    run: async (context, args) => (await import('./commands/down.js')).down(context, args),
  }),
  command({
    name: 'status',
    describe: 'say which brokers run on this machine, or tick the validation list of a cluster',
    options: {
      ...env,
      ...dir,
      backend: {
        choices: ['local', 'cluster'],
        default: 'local',
        describe: 'cluster: pods, operator, topics, replicas, leaders, a record through',
      },
      context: { type: 'string', describe: 'cluster: context of the kubeconfig (default: the current one)' },
      namespace: { type: 'string', describe: "cluster: that of Kafka (default: the manifests')" },
      bootstrap: { type: 'string', describe: 'cluster: HOST:PORT as it is reached from here (default: a port-forward to each broker)' },
      'command-config': { type: 'string', describe: "cluster: file as Kafka's own tools take it, where brokers ask for a user" },
      ...json,
    } as const,
    examples: [
      ['status --json', 'bootstrap address and brokers of k3s'],
      ['status --backend cluster', 'what the manifests of k3s declare, against the cluster of the current context'],
    ],
    run: async (context, args) =>
      args.backend === 'cluster'
        ? (await import('./commands/cluster-status.js')).clusterStatus(context, args)
        : (await import('./commands/status.js')).status(context, args),
  }),
  command({
    name: 'run [system]',
    describe: "run one system's workers on this machine, as the manifests say, on real brokers",
    positionals: { system: { type: 'string', describe: 'which system; without it they are listed' } } as const,
    options: {
      ...env,
      ...dir,
      bootstrap: {
        type: 'string',
        describe: 'HOST:PORT of a Kafka that runs (default: the environment that is up here, else brokers of its own)',
      },
      seconds: { type: 'number', describe: 'end after so many (default: on Ctrl-C, or when all of it are jobs that are done)' },
      replicas: { type: 'string', array: true, describe: 'WORKER=N, as "oc scale" would (default: 1 each)' },
      set: { type: 'string', array: true, describe: "NAME=VALUE or WORKER:NAME=VALUE, instead of the manifest's" },
      secret: { type: 'string', array: true, describe: "NAME=FOLDER that holds a Secret's keys as files" },
      quiet: { type: 'boolean', default: false, describe: 'only the table at the end, not what the workers say' },
      ...json,
    } as const,
    examples: [
      ['run', 'lists the systems and their workers'],
      ['run order-chain --seconds 20', 'orders are created, paid, shipped and told of; then who did what'],
      ['run groups-primer --replicas logistique=3', 'a group of three, and a fleet side by side'],
    ],
    run: async (context, args) => (await import('./commands/run.js')).runSystem(context, args),
  }),
  command({
    name: 'drill [scenario]',
    describe: 'scale, kill and measure a consumer group under load, and prove that nothing acknowledged was lost',
    positionals: {
      scenario: { type: 'string', describe: 'which drill, or a file with one of your own; without it they are listed' },
    } as const,
    options: {
      ...env,
      ...dir,
      ...roles,
      backend: { choices: ['local', 'cluster'], default: 'local', describe: 'processes of this machine, or what is deployed on a cluster' },
      ...clusterDrillOptions,
      bootstrap: { type: 'string', describe: "HOST:PORT of a Kafka that already runs; topic and group are the drill's own" },
      runs: { type: 'number', default: 1, describe: 'repeat and give median and spread' },
      hold: { type: 'number', describe: "seconds a step lasts after the group has settled, instead of the scenario's" },
      rate: { type: 'number', describe: "records a second, instead of the manifest's" },
      work: { type: 'number', describe: "ms of work a record, instead of the manifest's" },
      client: {
        array: true,
        choices: ['kafkajs', 'librdkafka'],
        describe: "client of the workers, instead of the manifest's; several are run in turns and compared",
      },
      protocol: {
        array: true,
        choices: ['eager', 'cooperative', 'consumer'],
        describe: "protocol of the group, instead of the manifest's; several are run in turns and compared, on librdkafka",
      },
      consumer: { type: 'string', describe: 'Deployment of the consumers, where there are several' },
      producer: { type: 'string', describe: 'Deployment of the producer, where there are several' },
      report: { type: 'string', describe: 'folder for the event log, the JSON and the page' },
      all: { type: 'boolean', default: false, describe: 'run the whole catalogue, one after the other, and sum it up' },
      show: { type: 'boolean', default: false, describe: 'print the drill as a file to start from, and run nothing' },
      ...json,
    } as const,
    examples: [
      ['drill', 'lists the drills'],
      ['drill scale-and-crash --report report', 'runs one and draws it'],
      ['drill clean-stop --show > my-drill.yaml', 'a drill of your own to start from'],
      ['drill ./my-drill.yaml', 'runs it'],
      ['drill --all', 'runs them all: one table'],
      ['drill scale-and-crash --protocol eager cooperative consumer --runs 3 --report report', 'side by side, in turns'],
      ['drill scale-and-crash --runs 5 --json', 'five runs: median and spread'],
    ],
    run: async (context, args) => (await import('./commands/drill.js')).drill(context, args),
  }),
  command({
    name: 'dlq <topic> [action]',
    describe: 'list the dead letters of a topic: what, why, where from; or write them back to where they came from',
    positionals: {
      topic: { type: 'string', demandOption: true, describe: 'the dead-letter topic' },
      action: { choices: ['list', 'replay'], default: 'list', type: 'string', describe: 'list, or replay what has not been replayed yet' },
    } as const,
    options: {
      ...connection,
      key: { type: 'string', array: true, describe: "only those of these keys, or patterns such as 'customer-{A..J}'" },
      reason: { type: 'string', describe: 'only those whose error matches this regular expression' },
      limit: { type: 'number', default: 50, describe: 'list: so many, the newest' },
      to: { type: 'string', describe: 'replay: to this topic instead of each one of its own' },
      all: { type: 'boolean', default: false, describe: 'replay: those that were replayed before too' },
      execute: { type: 'boolean', default: false, describe: 'replay: write; without it only what would be written is said' },
      ...json,
    } as const,
    examples: [
      ['dlq orders.dlq', 'what lies there, and why'],
      ['dlq orders.dlq replay', 'says what a replay would write, and where'],
      ['dlq orders.dlq replay --execute', 'writes it, each key in its order; a second time it has nothing to do'],
      ['dlq orders.dlq replay --reason timeout --execute', 'only those that timed out'],
    ],
    run: async (context, args) => (await import('./commands/dlq.js')).dlq(context, args),
  }),
  command({
    name: 'lag',
    describe: 'say how far a consumer group is behind, partition by partition, and what to do about it',
    options: {
      group: { type: 'string', demandOption: true, describe: 'the consumer group' },
      topic: { type: 'string', array: true, describe: 'only these topics (default: all that the group reads)' },
      ...connection,
      watch: { type: 'boolean', default: false, describe: 'again and again until Ctrl-C, with the rates in and out' },
      every: { type: 'string', default: '5s', describe: 'watch: how often' },
      'alert-above': { type: 'number', default: 1_000, describe: 'alert when the total lag is above so many records …' },
      'alert-for': { type: 'string', default: '5m', describe: '… for so long' },
      'fail-on-alert': { type: 'boolean', default: false, describe: 'end with exit code 1 as soon as the alert fires' },
      ...json,
    } as const,
    examples: [
      ['lag --group inventory-service', 'committed, end, lag and member of each partition'],
      ['lag --group inventory-service --watch', 'every 5 s, with rates, the alert, and what helps'],
      ['lag --group inventory-service --watch --json', 'a line of JSON a look'],
      ['lag --group inventory-service --watch --alert-above 200 --alert-for 30s --fail-on-alert', 'for a pipeline'],
    ],
    run: async (context, args) => (await import('./commands/lag.js')).lag(context, args),
  }),
  command({
    name: 'bench [what..]',
    describe: "measure the workers beside bare clients and Kafka's own tools, on the same brokers, in turns",
    positionals: {
      what: { choices: ['throughput', 'latency', 'orders'], type: 'string', array: true, describe: 'what to measure (default: all of it)' },
    } as const,
    options: {
      client: { choices: ['kafkajs', 'librdkafka'], array: true, default: ['kafkajs'], describe: 'clients to measure' },
      brokers: { type: 'number', default: 1, describe: 'brokers to start for it; topics have as many replicas, 3 at most' },
      partitions: { type: 'number', default: 6, describe: 'partitions of the topics' },
      records: { type: 'number', default: 500_000, describe: 'throughput: records a contestant writes and reads' },
      'record-bytes': {
        type: 'number',
        default: 1_024,
        describe: 'bytes of a record; those of throughput are filler without key and headers, whoever writes them',
      },
      'batch-bytes': { type: 'number', default: 262_144, describe: 'throughput: bytes of a batch' },
      linger: { type: 'number', default: 20, describe: 'throughput: longest wait for a batch to fill, in ms' },
      compression: { choices: ['none', 'gzip', 'snappy', 'lz4', 'zstd'], default: 'none', describe: 'throughput: compression' },
      rounds: { type: 'number', default: 3, describe: 'throughput: how often each has its turn; the medians count' },
      rate: { type: 'number', default: 1_000, describe: 'latency: records a second' },
      seconds: { type: 'number', default: 10, describe: 'latency and orders: how long, after a warm-up' },
      ...json,
    } as const,
    examples: [
      ['bench', 'everything on kafkajs, against one broker'],
      ['bench throughput --client kafkajs librdkafka', 'both clients'],
      ['bench orders --brokers 3', 'the order API at 10, 100 and 1 000 orders a second, three replicas'],
    ],
    run: async (context, args) => (await import('./commands/bench.js')).bench(context, args),
  }),
  command({
    name: 'claims [claim..]',
    describe: 'say of what is said of Kafka whether it is true, by drills, measurements and computations',
    positionals: { claim: { type: 'string', array: true, describe: 'only these (default: all)' } } as const,
    options: {
      from: { type: 'string', describe: 'judge the runs that "muster drill --all --report DIR" left in this folder, and drill nothing' },
      out: { type: 'string', describe: 'file to write the page to, as Markdown' },
      ...env,
      ...dir,
      ...json,
    } as const,
    examples: [
      ['claims round-robin-counts customer-a-partition', 'two that take no brokers'],
      ['claims --out docs/claims.md', 'all, with the drills they take: some minutes'],
      ['claims --from report --out claims.md', 'from drills that have run'],
    ],
    run: async (context, args) => (await import('./commands/claims.js')).claims(context, args),
  }),
  command({
    name: 'verdict <file>',
    describe: 'judge the event log of a drill again',
    positionals: { file: { type: 'string', demandOption: true, describe: 'events.ndjson of a report' } } as const,
    options: { ...json } as const,
    examples: [['verdict report/events.ndjson', 'the same verdict as at the end of the drill']],
    run: async (context, args) => (await import('./commands/verdict.js')).verdict(context, args),
  }),
];
