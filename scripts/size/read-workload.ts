import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { MusterError } from '../../constructs/model/error.js';
import { isRecord } from '../../constructs/model/resource.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import { parseDuration, parseQuantity, parseRate, parseSize, type Throughput } from '../../constructs/model/units.js';
import type { ConsumerGroup, PartitionRate, Workload } from '../../constructs/model/workload.js';
import { workloadOptions, type Given, type WorkloadOption } from './workload-options.js';

/** The values of a workload file, YAML or JSON. @throws MusterError `bad-input` for what is none, and for unknown names */
export function readWorkloadFile(cwd: string, file: string): Given {
  let content: unknown;
  try {
    content = parse(readFileSync(resolve(cwd, file), 'utf8'));
  } catch (cause) {
    throw new MusterError('bad-input', `cannot read the workload ${file}: ${(cause as Error).message.split('\n')[0] ?? ''}`, { cause });
  }
  if (!isRecord(content))
    throw new MusterError(
      'bad-input',
      `${file} is no workload: write one "name: value" a line, with the names of the options (target-rate: 500MB/s)`,
    );
  const names = Object.keys(workloadOptions);
  for (const name of Object.keys(content))
    if (!names.includes(name))
      throw new MusterError(
        'bad-input',
        `${file}: "${name}" is unknown${didYouMean(name, names)}; the names are those of the options, as "muster size --help" lists them`,
      );
  return content;
}

/** @throws MusterError `bad-input` for a value that is none of its kind, naming the option */
export function workloadFrom(given: Given): Workload {
  const read = reader(given);
  const targetRate = read.rate('target-rate');
  if (targetRate === undefined)
    throw new MusterError('bad-input', 'what must the topic carry? give --target-rate 500MB/s, or 1000/s with --record-size');
  const stated = (name: WorkloadOption): PartitionRate | undefined => {
    const rate = read.rate(name) ?? read.rate('partition-rate');
    return rate && { rate, basis: 'stated' };
  };
  const work = read.duration('work');
  const handling =
    work === undefined ? undefined : { workMs: work, ...present({ batch: read.number('batch'), parallelism: read.number('parallel') }) };
  const named = groupsOf(given.group).map((group) => ({ ...(handling !== undefined && { handling }), ...group }));
  const consumers = read.number('consumers');
  const groups =
    named.length > 0 ? named : handling === undefined ? undefined : [{ name: 'consumers', handling, ...present({ members: consumers }) }];
  return {
    targetRate,
    ...present({
      averageRate: read.rate('average-rate'),
      recordBytes: read.size('record-size'),
      produceRate: stated('produce-rate'),
      consumeRate: stated('consume-rate'),
      consumers,
      growth: read.number('growth'),
      expectedRate: read.rate('expected-rate'),
      horizonMs: read.duration('horizon'),
      brokers: read.number('brokers'),
      zones: read.number('zones'),
      partitionsPerBroker: read.number('partitions-per-broker'),
      replicationFactor: read.number('replication-factor'),
      minInsyncReplicas: read.number('min-isr'),
      retentionMs: read.duration('retention'),
      segmentBytes: read.size('segment-size'),
      fill: read.number('fill'),
      ordering: read.choice('ordering', workloadOptions.ordering.choices),
      keys: read.number('keys'),
      groups,
      groupCount: read.number('groups'),
      networkRate: read.byteRate('network'),
      diskRate: read.byteRate('disk-rate'),
      toleratedDelayMs: read.duration('delay'),
      outageMs: read.duration('outage'),
      podMemory: read.size('pod-memory'),
      producerBuffer: read.size('producer-buffer'),
    }),
  };
}

/** Without the fields that are undefined: a default holds where nothing is given. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function reader(given: Given) {
  const text = <T>(name: WorkloadOption, read: (value: string) => T): T | undefined => {
    const value = given[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string')
      throw new MusterError('bad-input', `--${name} ${String(value)} cannot be: give it once, and with its unit`);
    try {
      return read(value);
    } catch (error) {
      throw error instanceof MusterError ? new MusterError(error.code, `--${name}: ${error.message}`, { cause: error }) : error;
    }
  };
  return {
    rate: (name: WorkloadOption): Throughput | undefined => text(name, parseRate),
    byteRate: (name: WorkloadOption): number | undefined =>
      text(name, (value) => {
        const { unit, perSecond } = parseRate(value);
        if (unit !== 'bytes') throw new MusterError('bad-input', `"${value}" counts records; write bytes over time (250MB/s, 10Gbit/s)`);
        return perSecond;
      }),
    duration: (name: WorkloadOption): number | undefined => text(name, parseDuration),
    // 256Mi as Kubernetes writes it, 256MiB as everybody else.
    size: (name: WorkloadOption): number | undefined =>
      text(name, (value) => (/^[\d.]+\s*[KMGT]i$/.test(value) ? parseQuantity(value.replace(/\s/g, '')) : undefined) ?? parseSize(value)),
    number: (name: WorkloadOption): number | undefined => {
      const value = given[name];
      if (value !== undefined && (typeof value !== 'number' || Number.isNaN(value)))
        throw new MusterError('bad-input', `--${name} ${String(value)} cannot be: give one number`);
      return value;
    },
    choice: <T extends string>(name: WorkloadOption, choices: readonly T[]): T | undefined => {
      const value = given[name];
      const found = choices.find((choice) => choice === value);
      if (value !== undefined && found === undefined)
        throw new MusterError('bad-input', `--${name} ${String(value)} cannot be: give one of ${choices.join(', ')}`);
      return found;
    },
  };
}

const groupFields = ['name', 'members', 'work', 'batch', 'parallel'] as const;

function groupsOf(value: unknown): ConsumerGroup[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new MusterError('bad-input', 'group is a list: one entry a consumer group');
  return value.map((entry: unknown) => (isRecord(entry) ? groupFrom(entry) : groupFrom(groupFieldsOf(String(entry)))));
}

/** `inventory,members=6,work=100ms` as fields. */
function groupFieldsOf(text: string): Record<string, unknown> {
  const [name = '', ...rest] = text.split(',').map((part) => part.trim());
  return Object.fromEntries([
    ['name', name],
    ...rest.map((part) => {
      const [key = '', value = ''] = part.split('=');
      return [key, /^\d+(\.\d+)?$/.test(value) ? Number(value) : value];
    }),
  ]) as Record<string, unknown>;
}

function groupFrom(fields: Readonly<Record<string, unknown>>): ConsumerGroup {
  const { name, members, work, batch, parallel } = fields;
  const shown = `group ${typeof name === 'string' ? name : JSON.stringify(fields)}`;
  for (const key of Object.keys(fields))
    if (!groupFields.some((known) => known === key))
      throw new MusterError(
        'bad-input',
        `${shown}: "${key}" is unknown${didYouMean(key, groupFields)}; write NAME,members=6,work=100ms,batch=10,parallel=4`,
      );
  if (typeof name !== 'string' || name === '' || name.includes('='))
    throw new MusterError('bad-input', `${shown} has no name: write NAME,members=6,work=100ms`);
  const numberOf = (key: string, value: unknown): number | undefined => {
    if (value !== undefined && typeof value !== 'number')
      throw new MusterError('bad-input', `${shown}: ${key} "${String(value)}" is no number`);
    return value;
  };
  if ((batch !== undefined || parallel !== undefined) && work === undefined)
    throw new MusterError('bad-input', `${shown}: a batch or parallel work without a work time says nothing; add work=100ms`);
  const handling =
    work === undefined
      ? undefined
      : {
          workMs: parseDuration(String(work)),
          ...present({ batch: numberOf('batch', batch), parallelism: numberOf('parallel', parallel) }),
        };
  return { name, ...present({ members: numberOf('members', members), handling }) };
}
