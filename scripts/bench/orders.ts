import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import { parseEvidence } from '../../workers/ledger.js';
import { endWorker, linesOf, portOf, startProgram, type Arena, type ClientName, type Started, workerEnv } from './contestants.js';
import { percentile } from './percentile.js';

/** S12's targets in ms, each for 99 of 100 orders. */
export const orderTargets = { accepted: 100, 'in the topic': 50, inv: 200, pay: 500, notif: 500 } as const;
export type OrderStage = keyof typeof orderTargets;

export interface OrderResult {
  readonly rate: number;
  readonly stage: OrderStage;
  readonly orders: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly targetMs: number;
  readonly isMet: boolean;
}

const groups = { inv: 'inventory', pay: 'order-payment', notif: 'notification' } as const;
const warmUpMs = 2_000;

/**
 * Posts orders at steady rates to the order API and follows each one: to its 202, into the topic, through the three groups. The schedule does not wait for answers, so a
 * slow API is not asked less; every order has a customer of its own, by which it is found again.
 */
export async function measureOrders(
  arena: Arena,
  client: ClientName,
  { bootstrap, topic, rates, seconds }: { bootstrap: string; topic: string; rates: readonly number[]; seconds: number },
): Promise<OrderResult[]> {
  const load = { bootstrap, topic };
  const api = startProgram(arena, `order API on ${client}`, process.execPath, ['build/workers/api.js'], {
    ...workerEnv(client, load, 'bench-api'),
    API_RESOURCE: 'orders',
    EVIDENCE: 'stdout',
  });
  const consumers = Object.entries(groups).map(([group, handler]) => ({
    group: group as keyof typeof groups,
    started: startProgram(arena, `${handler} on ${client}`, process.execPath, ['build/workers/consumer.js'], {
      ...workerEnv(client, load, `bench-${group}`),
      KAFKA_GROUP_ID: `${topic}-${group}`,
      CONSUMER_HANDLER: handler,
      CONSUMER_WORK_MS: '0',
      EVIDENCE: 'stdout',
    }),
  }));
  const all = [api, ...consumers.map(({ started }) => started)];
  try {
    const port = await readyPort(arena, api);
    for (const { started } of consumers) await until(arena, started, (line) => line.includes('"assigned"'));
    const results: OrderResult[] = [];
    for (const rate of rates) {
      const posted = await post(arena, port, rate, seconds);
      await sleep(2_000);
      results.push(...stagesOf(rate, posted, linesOf(api), new Map(consumers.map(({ group, started }) => [group, linesOf(started)]))));
    }
    return results;
  } finally {
    for (const one of all) await endWorker(one);
  }
}

async function readyPort(arena: Arena, api: Started): Promise<number> {
  await until(arena, api, (line) => portOf([line]) !== undefined);
  const port = portOf(linesOf(api)) ?? 0;
  for (let tries = 0; tries < 300; tries += 1) {
    arena.abort.throwIfAborted();
    const response = await fetch(`http://127.0.0.1:${String(port)}/ready`).catch(() => undefined);
    if (response?.status === 200) return port;
    await sleep(100);
  }
  throw new MusterError('not-reachable', `the order API was not ready after 30 s: ${linesOf(api).at(-1) ?? 'it said nothing'}`);
}

async function until(arena: Arena, started: Started, holds: (line: string) => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    arena.abort.throwIfAborted();
    if (linesOf(started).some(holds)) return;
    await sleep(50);
  }
  throw new MusterError('not-reachable', `${started.what} did not start within 30 s: ${linesOf(started).at(-1) ?? 'it said nothing'}`);
}

interface Posted {
  /** Ms since the epoch, by customer. */
  readonly at: ReadonlyMap<string, number>;
  readonly accepted: ReadonlyMap<string, number>;
  readonly refused: number;
}

async function post(arena: Arena, port: number, rate: number, seconds: number): Promise<Posted> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const at = new Map<string, number>();
  const accepted = new Map<string, number>();
  let refused = 0;
  const answers: Promise<void>[] = [];
  const start = performance.now();
  const total = Math.round(rate * (seconds + warmUpMs / 1000));
  for (let n = 0; n < total; n += 1) {
    const wait = start + (n / rate) * 1000 - performance.now();
    if (wait > 1) await sleep(wait);
    arena.abort.throwIfAborted();
    const customer = `customer-${String(rate)}-${String(n)}`;
    const isWarmUp = performance.now() - start < warmUpMs;
    const from = Date.now();
    if (!isWarmUp) at.set(customer, from);
    answers.push(
      postOne(agent, port, customer).then((status) => {
        if (isWarmUp) return;
        if (status === 202) accepted.set(customer, Date.now());
        else refused += 1;
      }),
    );
  }
  await Promise.all(answers);
  agent.destroy();
  return { at, accepted, refused };
}

async function postOne(agent: Agent, port: number, customerId: string): Promise<number> {
  const body = JSON.stringify({ customerId, items: [{ sku: 'A-1', quantity: 2 }], totalAmount: 19.9 });
  return new Promise((resolve) => {
    const sent = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/orders',
        headers: { 'content-type': 'application/json', 'content-length': body.length },
      },
      (response) => {
        response.resume().on('end', () => {
          resolve(response.statusCode ?? 0);
        });
      },
    );
    sent.on('error', () => {
      resolve(0);
    });
    sent.end(body);
  });
}

function stagesOf(
  rate: number,
  { at, accepted, refused }: Posted,
  api: readonly string[],
  consumers: ReadonlyMap<keyof typeof groups, readonly string[]>,
): OrderResult[] {
  const since = (times: Iterable<readonly [string, number]>): number[] =>
    [...times].flatMap(([customer, t]) => {
      const from = at.get(customer);
      return from === undefined ? [] : [t - from];
    });
  const stage = (name: OrderStage, values: readonly number[]): OrderResult => {
    const p99Ms = percentile(values, 0.99);
    return {
      rate,
      stage: name,
      orders: values.length,
      p50Ms: percentile(values, 0.5),
      p99Ms,
      targetMs: orderTargets[name],
      // An order that never arrived has missed every target.
      isMet: refused === 0 && values.length === at.size && p99Ms < orderTargets[name],
    };
  };
  return [
    stage('accepted', since(accepted)),
    stage('in the topic', since(timesOf(api, 'acked'))),
    ...[...consumers].map(([group, lines]) => stage(group, since(timesOf(lines, 'processed')))),
  ];
}

function timesOf(lines: readonly string[], kind: 'acked' | 'processed'): Map<string, number> {
  const times = new Map<string, number>();
  for (const line of lines) {
    const evidence = parseEvidence(line);
    if (evidence?.evidence === kind && !times.has(evidence.key)) times.set(evidence.key, evidence.t);
  }
  return times;
}
