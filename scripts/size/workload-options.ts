import type { Options } from 'yargs';

/**
 * What `muster size` can be told of a workload. The same names hold in a workload file, where `group` is a list of objects or of texts.
 */
export const workloadOptions = {
  'target-rate': { type: 'string', describe: 'what producers write at the peak: 500MB/s or 1000/s' },
  'average-rate': { type: 'string', describe: 'what they write on average; it fills the disks (default: the target rate)' },
  'record-size': { type: 'string', describe: 'bytes of a record: 1KiB (default: 1KiB, a guess)' },
  'partition-rate': { type: 'string', describe: 'what one partition carries, both ways (default: 10MB/s, a guess; --measure measures it)' },
  'produce-rate': { type: 'string', describe: 'what one partition takes from producers, where it differs' },
  'consume-rate': { type: 'string', describe: 'what one partition gives to a group, where it differs' },
  consumers: { type: 'number', describe: 'members wanted in one group' },
  growth: { type: 'number', describe: 'factor on the partitions that leaves room to grow (default: 1)' },
  'expected-rate': { type: 'string', describe: 'target rate expected at the horizon' },
  horizon: { type: 'string', describe: 'when the growth has happened (default: 1y)' },
  brokers: { type: 'number', describe: 'brokers there are (default: as many as the load needs)' },
  zones: { type: 'number', describe: 'zones they are spread over (default: 1)' },
  'partitions-per-broker': { type: 'number', describe: 'partitions a broker at least (default: 2)' },
  'replication-factor': { type: 'number', describe: 'copies of each record (default: 3)' },
  'min-isr': { type: 'number', describe: 'copies a write with acks=all waits for (default: one less)' },
  retention: { type: 'string', describe: 'how long records are kept: 7d (default)' },
  'segment-size': { type: 'string', describe: 'size of a log segment (default: 1GiB)' },
  fill: { type: 'number', describe: 'part of a disk that may be full (default: 0.7)' },
  ordering: { choices: ['per-key', 'none'], describe: 'per-key: one record of a key after the other (default)' },
  keys: { type: 'number', describe: 'distinct keys' },
  group: { type: 'string', array: true, describe: 'a consumer group: NAME,members=6,work=100ms[,batch=10][,parallel=4]; may be repeated' },
  groups: { type: 'number', describe: 'number of groups that read the topic (default: those of --group, or 1)' },
  work: { type: 'string', describe: 'time of work a record: 100ms; for groups that name none' },
  batch: { type: 'number', describe: 'records one piece of work takes together (default: 1)' },
  parallel: { type: 'number', describe: 'pieces of work at once in one member (default: 1)' },
  network: { type: 'string', describe: "a broker's network: 10Gbit/s (default, a guess)" },
  'disk-rate': { type: 'string', describe: "what a broker's disks write: 250MB/s (default: no limit)" },
  delay: { type: 'string', describe: 'how late readers may be before an alert (default: 1m)' },
  outage: { type: 'string', describe: 'how long readers may be away, for the time to catch up (default: 1h)' },
  'pod-memory': { type: 'string', describe: "memory limit of a worker's pod: 256Mi; buffers are compared with it" },
  'producer-buffer': { type: 'string', describe: "a producer's buffer.memory (default: 32MiB)" },
} as const satisfies Readonly<Record<string, Options>>;

export type WorkloadOption = keyof typeof workloadOptions;
/** Values as they come from the command line or a file, by the option's name. */
export type Given = Readonly<Partial<Record<WorkloadOption, unknown>>>;
