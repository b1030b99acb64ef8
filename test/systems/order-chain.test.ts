import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBrokers, type Brokers } from '../brokers.js';
import { killAll, until, type WorkerProcess } from '../workers/processes.js';
import { follow, write, type ReadRecord } from '../workers/topics.js';
import { declaredTopics, quickGroups, quickMember, workersOf } from './declared.js';

const topics = ['order.created', 'payment.successful', 'delivery.shipped', 'email.sent', 'order.chain.dlq'] as const;
type Topic = (typeof topics)[number];

// S4: every order is paid, shipped and mailed about, each once, whoever dies.
describe('the order chain', () => {
  let brokers: Brokers;
  let start: Awaited<ReturnType<typeof workersOf>>;
  const read = new Map<Topic, { readonly records: readonly ReadRecord[]; stop(): Promise<void> }>();
  beforeAll(async () => {
    brokers = await startBrokers({ config: quickGroups, topics: declaredTopics(topics) });
    start = await workersOf(brokers.bootstrap);
    for (const topic of topics) read.set(topic, await follow(brokers.bootstrap, topic));
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => {
    await Promise.all([...read.values()].map(({ stop }) => stop()));
    await brokers.stop();
  });

  const records = (topic: Topic): readonly ReadRecord[] => read.get(topic)?.records ?? [];
  const field = (topic: Topic, name: string): string[] =>
    records(topic).map(({ value }) => String((JSON.parse(value ?? '{}') as Record<string, unknown>)[name]));
  const step = (name: string, pod = `${name}-0`): WorkerProcess => start(name, { ...quickMember, CONSUMER_WORK_MS: '5' }, pod);

  it('pays, ships and mails each order once, while each of its services is killed', async () => {
    const orders = start('order-service', { PRODUCER_RATE: '25', PRODUCER_RECORDS: '300', PRODUCER_RECORD_BYTES: '200' });
    const services = new Map(['payment-service', 'shipping-service', 'email-service'].map((name) => [name, step(name)]));
    const ends: readonly [string, Topic][] = [
      ['payment-service', 'payment.successful'],
      ['shipping-service', 'delivery.shipped'],
      ['email-service', 'email.sent'],
    ];
    for (const [name, topic] of ends) {
      const before = records(topic).length;
      await until(`${name} works`, () => records(topic).length > before + 10, 40_000);
      const service = services.get(name);
      service?.kill('SIGKILL');
      await service?.exit;
      services.set(name, step(name, `${name}-again`));
    }
    expect(await orders.exit).toEqual({ code: 0, signal: null });
    await until('all is mailed about', () => records('email.sent').length >= 900, 90_000);
    await sleep(500);

    const created = field('order.created', 'order_id').sort();
    expect(new Set(created).size).toBe(300);
    for (const topic of ['payment.successful', 'delivery.shipped'] as const) expect(field(topic, 'order_id').sort()).toEqual(created);
    const mails = ['order.created', 'payment.successful', 'delivery.shipped'].flatMap((about) =>
      created.map((id) => `mail-${about}-${id}`),
    );
    expect(field('email.sent', 'email_id').sort()).toEqual(mails.sort());
    expect(records('order.chain.dlq')).toEqual([]);
    // What belongs to one order is told by its correlation id, through the whole chain.
    const correlated = (topic: Topic): string[] => records(topic).map(({ headers }) => headers['correlation-id'] ?? '');
    expect(new Set(correlated('delivery.shipped'))).toEqual(new Set(correlated('order.created')));
    // One user's events stay in order: the key is the same all along.
    const order = (topic: Topic): Record<string, string[]> => {
      const byUser: Record<string, string[]> = {};
      for (const { key, headers } of records(topic)) (byUser[key ?? ''] ??= []).push(headers['correlation-id'] ?? '');
      return byUser;
    };
    expect(order('delivery.shipped')).toEqual(order('order.created'));
    for (const service of services.values()) {
      service.kill('SIGTERM');
      expect(await service.exit).toEqual({ code: 0, signal: null });
    }
  }, 240_000);

  it('makes dead letters of what is no order, and goes on', async () => {
    const paid = records('payment.successful').length;
    step('payment-service');
    await write(brokers.bootstrap, 'order.created', [
      { key: 'user-01', value: '{"order_id": ' },
      { key: 'user-01', value: JSON.stringify({ order_id: 'o', user_id: 'user-01', total: -1 }) },
      { key: 'user-01', value: null },
      {
        key: null,
        value: JSON.stringify({ order_id: 'no-key', user_id: 'user-02', total: 1 }),
        headers: { bytes: Buffer.from([0xff, 0]) },
      },
      { key: 'user-01', value: JSON.stringify({ order_id: 'fine', user_id: 'user-01', total: 1 }) },
    ]);
    await until('the good ones are paid', () => records('payment.successful').length >= paid + 2, 40_000);
    await until('the others are dead letters', () => records('order.chain.dlq').length >= 3, 40_000);
    expect(field('payment.successful', 'order_id').slice(paid).sort()).toEqual(['fine', 'no-key']);
    expect(
      field('order.chain.dlq', 'reason')
        .map((reason) => reason.split(':')[0])
        .sort(),
    ).toEqual(['the field total is -1', 'the record has no value', 'the value is not JSON']);
  }, 90_000);
});
