import type { LogLine } from '../../scripts/drill/events.js';

export interface Simulation {
  readonly partitions: number;
  /** Records a second. */
  readonly rate: number;
  readonly keys: number;
  /** Time between two commits of a partition, in ms. */
  readonly commitMs: number;
  readonly seed: number;
  /** Shortens or lengthens the steady part of every step, in ms. */
  readonly holdMs: number;
}

const defaults: Simulation = { partitions: 6, rate: 200, keys: 60, commitMs: 120, seed: 1, holdMs: 8_000 };

const topic = 'orders.created';
const producer = 'order-producer-0';
const epoch = 1_763_700_000_000;

/** The group stops at `from` and goes on at `to` with these members. */
interface Rebalance {
  readonly from: number;
  readonly to: number;
  readonly members: readonly string[];
}

/** The log of a good run of scale-and-crash under an eager group: 1 → 2 → SIGKILL → 6 → 8, without a broker. Times are invented. */
export function simulate(given: Partial<Simulation> = {}): LogLine[] {
  const options = { ...defaults, ...given };
  const { partitions, holdMs } = options;
  const random = generator(options.seed);
  const names = 'abcdefgh'.split('').map((letter) => `inventory-service-5d8f-${letter}`);
  const [first = '', second = ''] = names;
  const lines: LogLine[] = [];
  const step: number[] = [epoch + 1_000];
  const next = (settle: number): number => {
    const t = (step.at(-1) ?? 0) + settle + holdMs;
    step.push(t);
    return t;
  };
  const started = (t: number, pods: readonly string[]): void => {
    for (const pod of pods) lines.push({ t, event: 'pod', pod, role: 'consumer', state: 'started' });
  };

  const one = step[0] ?? 0;
  lines.push({ t: one, event: 'step', name: '1 member', members: 1 });
  started(one + 40, [first]);
  const two = next(3_900);
  lines.push({ t: two, event: 'step', name: '1 → 2', members: 2 });
  started(two + 40, [second]);
  const kill = next(1_100);
  lines.push({ t: kill, event: 'step', name: 'SIGKILL, 2 → 1', members: 1 });
  lines.push({ t: kill, event: 'fault', kind: 'sigkill', pod: first, replaced: false });
  lines.push({ t: kill + 30, event: 'pod', pod: first, role: 'consumer', state: 'exited', code: null, signal: 'SIGKILL', asked: true });
  const six = next(10_600);
  const five = names.slice(2, 7);
  lines.push({ t: six, event: 'step', name: '1 → 6', members: 6 });
  started(six + 60, five);
  const eight = next(2_300);
  const idle = ['inventory-service-5d8f-y', 'inventory-service-5d8f-z'];
  lines.push({ t: eight, event: 'step', name: '6 → 8', members: 8 });
  started(eight + 50, idle);
  const end = next(1_500);
  lines.push({ t: end, event: 'end-of-steps' });

  const grown = [second, ...five];
  const rebalances: Rebalance[] = [
    { from: one + 700, to: one + 3_850, members: [first] },
    { from: two + 780, to: two + 1_015, members: [first, second] },
    { from: kill + 10_050, to: kill + 10_420, members: [second] },
    { from: six + 900, to: six + 1_260, members: [second, ...five.slice(0, 3)] },
    { from: six + 1_620, to: six + 2_010, members: grown },
    { from: eight + 840, to: eight + 1_190, members: [...grown, ...idle] },
  ];

  const produced = produce(lines, options, random, end);
  /** Owner of each partition over time. */
  const spans: { from: number; to: number; member: string; partitions: readonly number[]; crashed: boolean }[] = [];
  rebalances.forEach((rebalance, generation) => {
    const previous = rebalances[generation - 1];
    const alive = (previous?.members ?? []).filter((member) => member !== first || rebalance.from < kill);
    const joining = rebalance.members.map((member) => ({ memberId: `${member}-id`, clientId: member, partitions: [] }));
    lines.push({ t: rebalance.from, event: 'group', state: 'PreparingRebalance', members: joining });
    for (const member of alive) lines.push({ t: rebalance.from + 90, evidence: 'revoked', member });
    const stable = rebalance.members.map((member, index) => {
      const mine = Array.from({ length: partitions }, (_, partition) => partition).filter(
        (partition) => partition % rebalance.members.length === index,
      );
      const t = rebalance.to + Math.floor(random() * 8);
      lines.push({ t, evidence: 'assigned', member, memberId: `${member}-id`, partitions: [{ topic, partitions: mine }] });
      const stopsAt = (rebalances[generation + 1]?.from ?? end + 4_000) + 85;
      const crashed = member === first && stopsAt > kill;
      spans.push({ from: t, to: crashed ? kill : stopsAt, member, partitions: mine, crashed });
      return { memberId: `${member}-id`, clientId: member, partitions: mine };
    });
    lines.push({ t: rebalance.to + 60, event: 'group', state: 'Stable', members: stable });
  });

  let last = end;
  for (let partition = 0; partition < partitions; partition += 1) {
    const mine = spans.filter((span) => span.partitions.includes(partition));
    last = Math.max(last, consume(lines, options, random, partition, produced[partition] ?? [], mine));
  }

  const stop = last + 200;
  lines.push({ t: stop, event: 'pod', pod: producer, role: 'producer', state: 'exited', code: 0, signal: null, asked: true });
  for (const member of [...grown, ...idle]) {
    lines.push({ t: stop + 100, evidence: 'stopped', member, left: true });
    lines.push({ t: stop + 130, event: 'pod', pod: member, role: 'consumer', state: 'exited', code: 0, signal: null, asked: true });
  }
  lines.push({ t: stop + 180, event: 'group', state: 'Empty', members: [] });
  lines.push({
    t: stop + 260,
    event: 'offsets',
    partitions: produced.map((records, partition) => ({
      partition,
      end: records.length,
      committed: records.length === 0 ? -1 : records.length,
    })),
  });
  lines.push({ t: stop + 270, event: 'end' });
  lines.push({
    t: epoch,
    event: 'run',
    schemaVersion: 1,
    scenario: 'scale-and-crash',
    backend: 'local',
    environment: 'k3s',
    topic,
    partitions,
    group: 'inventory-service',
    client: 'kafkajs 2.2.4',
    protocol: 'eager',
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 3_000,
    fetchMaxWaitMs: 250,
    rate: options.rate,
    keys: options.keys,
    workMs: 2,
    commit: 'manual',
    notes: ['Kafka 4.3.1, 3 nodes that are broker and controller in one', 'a simulated run: no broker was there'],
  });
  return lines.sort((a, b) => a.t - b.t);
}

interface Record {
  readonly key: string;
  readonly seq: number;
  readonly ready: number;
}

/** A steady load; gives the records of each partition by offset. */
function produce(lines: LogLine[], options: Simulation, random: () => number, end: number): Record[][] {
  const log: Record[][] = Array.from({ length: options.partitions }, () => []);
  const seqs = new Array<number>(options.keys).fill(0);
  const identity = `${producer}/${String(epoch + 200)}`;
  lines.push({ t: epoch + 100, event: 'pod', pod: producer, role: 'producer', state: 'started' });
  const interval = 1_000 / options.rate;
  for (let index = 0; epoch + 500 + index * interval < end; index += 1) {
    const slot = index % options.keys;
    const key = `customer-${String(slot + 1).padStart(3, '0')}`;
    const partition = slot % options.partitions;
    const seq = seqs[slot] ?? 0;
    seqs[slot] = seq + 1;
    const t = Math.floor(epoch + 500 + index * interval);
    const acked = t + 4 + Math.floor(random() * 6);
    const records = log[partition] ?? [];
    const ready = Math.max(acked, (records.at(-1)?.ready ?? 0) + 1);
    const id = { topic, partition, key, seq, producer: identity };
    lines.push({ t, evidence: 'sent', member: producer, ...id });
    lines.push({ t: ready, evidence: 'acked', member: producer, ...id, offset: records.length });
    records.push({ key, seq, ready });
  }
  return log;
}

/** One partition through the hands of its owners; says when it was done. */
function consume(
  lines: LogLine[],
  options: Simulation,
  random: () => number,
  partition: number,
  records: readonly Record[],
  spans: readonly { readonly from: number; readonly to: number; readonly member: string; readonly crashed: boolean }[],
): number {
  let offset = 0;
  let committed = 0;
  let t = 0;
  for (const span of spans) {
    t = Math.max(t, span.from + 15 + Math.floor(random() * 20));
    let lastCommit = t;
    const commit = (at: number): void => {
      if (committed === offset) return;
      committed = offset;
      lastCommit = at;
      lines.push({ t: at, evidence: 'committed', member: span.member, topic, partition, offset });
    };
    offset = committed;
    for (;;) {
      const record = records[offset];
      const at = record === undefined ? Infinity : Math.max(record.ready + 3 + Math.floor(random() * 9), t + 2);
      if (record === undefined || at >= span.to) break;
      t = at;
      lines.push({
        t,
        evidence: 'processed',
        member: span.member,
        topic,
        partition,
        offset,
        key: record.key,
        seq: record.seq,
        producer: `${producer}/${String(epoch + 200)}`,
      });
      offset += 1;
      if (t - lastCommit >= options.commitMs) commit(t + 1);
    }
    if (!span.crashed) commit(Math.min(span.to, t + 5));
  }
  return t + 10;
}

/** Small deterministic generator (Lehmer), so that a history is the same in every run. */
function generator(seed: number): () => number {
  let state = seed * 48_271;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
