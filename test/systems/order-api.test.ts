import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import '../../workers/kafkajs/codecs.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { account, killAll, startWorker, until, type WorkerProcess } from '../workers/processes.js';
import { follow, type ReadRecord } from '../workers/topics.js';
import { load, post, type Answered } from './http.js';

const brokerIds = [0, 1, 2];
const order = { customerId: 'customer-A', items: [{ sku: 'book-1', quantity: 2 }], totalAmount: 59.9 };

let brokers: Brokers;
const files = { api: '', consumer: '' };
beforeAll(async () => {
  files.api = await buildWorker('api');
  files.consumer = await buildWorker('consumer');
  const topic = { partitions: 6, replicas: 3, config: { 'min.insync.replicas': '2' } };
  brokers = await startBrokers({
    brokers: 3,
    topics: [
      ...['answers', 'groups', 'away', 'stopping', 'traced'].map((name) => ({ name, ...topic })),
      { name: 'narrow', partitions: 1, replicas: 1, config: { 'max.message.bytes': '2000' } },
    ],
  });
}, 120_000);
afterAll(async () => brokers.stop());

const startApi = (topic: string, env: Readonly<Record<string, string>> = {}): WorkerProcess =>
  startWorker(files.api, {
    KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
    KAFKA_CLIENT_ID: 'order-api-0',
    KAFKA_TOPIC: topic,
    API_DRAIN_MS: '0',
    ...env,
  });
const startReader = (topic: string, group: string, handler: string, env: Readonly<Record<string, string>> = {}): WorkerProcess =>
  startWorker(files.consumer, {
    KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
    KAFKA_CLIENT_ID: `${group}-0`,
    KAFKA_GROUP_ID: group,
    KAFKA_TOPIC: topic,
    CONSUMER_HANDLER: handler,
    CONSUMER_WORK_MS: '1',
    CONSUMER_FETCH_MAX_WAIT_MS: '50',
    ...env,
  });
const baseOf = async (api: WorkerProcess): Promise<string> => `http://127.0.0.1:${String(await api.port())}`;
const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
const ready = async (api: WorkerProcess): Promise<string> => {
  const base = await baseOf(api);
  await until('ready', async () => (await statusOf(`${base}/ready`)) === 200);
  return base;
};
const idsOf = (records: readonly ReadRecord[]): unknown[] =>
  records.map(({ value }) => (JSON.parse(value ?? '{}') as { orderId?: string }).orderId);

describe('the order API answers', () => {
  let api: WorkerProcess;
  let base = '';
  beforeAll(async () => {
    api = startApi('answers', { API_BODY_BYTES: '100000' });
    base = await ready(api);
  }, 60_000);
  afterAll(killAll);

  it('202 when Kafka has the order, with all that its readers need', async () => {
    const reader = await follow(brokers.bootstrap, 'answers');
    const { status, headers, body } = await post(
      `${base}/orders`,
      { ...order, note: 'leave at the door' },
      { 'x-correlation-id': 'req-17' },
    );
    expect([status, body['status']]).toEqual([202, 'Processing']);
    const { orderId } = body as { orderId: string };
    expect(orderId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(headers.get('location')).toBe(`/orders/${orderId}`);
    expect(headers.get('x-correlation-id')).toBe('req-17');
    await until('the record', () => reader.records.length === 1);
    const [record] = reader.records;
    expect(record?.key).toBe('customer-A');
    expect(JSON.parse(record?.value ?? '')).toEqual({ ...order, note: 'leave at the door', orderId, createdAt: expect.any(String) });
    expect(record?.headers).toEqual({
      'correlation-id': 'req-17',
      source: 'order-api',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      sequence: '0',
      producer: expect.stringMatching(/^order-api-0\/\d+$/),
    });
    const [acked] = api.of('acked');
    expect(acked).toMatchObject({
      topic: 'answers',
      key: 'customer-A',
      seq: 0,
      partition: record?.partition,
      offset: Number(record?.offset),
    });
    await reader.stop();
  });

  it('the same orderId to a request that is repeated with its Idempotency-Key, and another to another customer', async () => {
    const repeated = { 'idempotency-key': 'basket-4711' };
    const again = [await post(`${base}/orders`, order, repeated), await post(`${base}/orders`, order, repeated)];
    const other = await post(`${base}/orders`, { ...order, customerId: 'customer-B' }, repeated);
    expect(new Set(again.map((answer) => answer.body['orderId'])).size).toBe(1);
    expect(other.body['orderId']).not.toBe(again[0]?.body['orderId']);
  });

  it.each<readonly [string, unknown, number, RegExp]>([
    ['customerId is missing', { items: ['a'] }, 400, /customerId is missing: give a text of 1 to 200 characters/],
    ['items are missing', { customerId: 'c' }, 400, /items is missing: give a list of 1 to 1000 items/],
    ['all is missing', {}, 400, /customerId is missing.*items is missing/],
    ['every type is wrong', { customerId: 7, items: 'a', totalAmount: '9' }, 400, /customerId is 7.*items is "a".*totalAmount is "9"/],
    ['an item is wrong', { customerId: 'c', items: ['a', 7] }, 400, /items\.1 is 7/],
    ['there is nothing in the basket', { customerId: 'c', items: [] }, 400, /items is an empty list/],
    ['the amount is negative', { ...order, totalAmount: -1 }, 400, /totalAmount is -1: give a number from 0/],
    ['the key has a control character', { ...order, customerId: 'a\u0000b' }, 400, /customerId is "a\\u0000b"/],
    ['it is a list', [order], 400, /the body is a list of 1/],
    ['it is null', 'null', 400, /the body is null/],
    ['it is not JSON', '{"customerId": ', 400, /the body is not JSON: POST a JSON object with customerId, items/],
    ['it is empty', '', 400, /the body is empty/],
    ['it is not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, /the body is not UTF-8/],
    ['it sets a prototype', '{"__proto__": {"customerId": "c"}}', 400, /the body is not JSON|__proto__/],
    ['it is nested without end', `{"customerId":"c","items":["a"],"x":${'['.repeat(40_000)}${']'.repeat(40_000)}}`, 400, /nested/],
    ['it is 2 MB', JSON.stringify({ ...order, note: 'x'.repeat(2_000_000) }), 413, /above the 100000 bytes/],
  ])('what to change when %s', async (_what, body, status, detail) => {
    const answer = await post(`${base}/orders`, body);
    expect([answer.status, answer.body['detail']]).toEqual([status, expect.stringMatching(detail)]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  });

  it('400 with each wrong field by its name', async () => {
    const fields = (await post(`${base}/orders`, { items: 7 })).body['errors'] as { field: string }[];
    expect(fields.map(({ field }) => field)).toEqual(['customerId', 'items']);
    expect((await post(`${base}/orders`, order, { 'idempotency-key': 'two words' })).status).toBe(400);
  });

  it('415, 405 and 404 with what is possible instead', async () => {
    const typed = await post(`${base}/orders`, 'hello', { 'content-type': 'text/plain' });
    expect([typed.status, typed.headers.get('accept')]).toEqual([415, 'application/json']);
    const put = await fetch(`${base}/orders`, { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST']);
    const list = await fetch(`${base}/orders`);
    expect([list.status, list.headers.get('allow')]).toEqual([405, 'POST']);
    expect(((await list.json()) as Answered['body'])['detail']).toMatch(/GET is not possible at \/orders: use POST/);
    expect((await fetch(`${base}/health`, { method: 'DELETE' })).status).toBe(405);
    expect(await statusOf(`${base}/customers`)).toBe(404);
    expect(await statusOf(`${base}/orders/0`)).toBe(404);
  });

  it('probes and Prometheus, and ends with 0', async () => {
    expect(await (await fetch(`${base}/health`)).json()).toEqual({ status: 'ok' });
    expect(await statusOf(`${base}/live`)).toBe(200);
    const metrics = (await (await fetch(`${base}/metrics`)).text()).split('\n');
    const taken = 'http_server_request_duration_seconds_count{client_id="order-api-0",method="POST",route="/orders",status="202"} 4';
    expect(metrics.filter((line) => line.startsWith('http_server_request_duration_seconds_count') && line.includes('202'))).toEqual([
      taken,
    ]);
    expect(metrics).toContain('kafka_producer_record_send_total{topic="answers",client_id="order-api-0"} 4');
    api.kill('SIGTERM');
    expect(await api.exit).toEqual({ code: 0, signal: null });
    expect(api.stderr).toBe('');
  });
});

describe('the order API', () => {
  afterEach(killAll);

  it('gives every group every order, and one customer’s in the order of their answers', async () => {
    const api = startApi('groups');
    const readers = [
      startReader('groups', 'inv', 'inventory'),
      startReader('groups', 'pay', 'order-payment'),
      startReader('groups', 'notif', 'notification'),
    ];
    const base = await ready(api);
    const customers = Array.from({ length: 12 }, (_, i) => `customer-${i}`);
    // A customer sends the next order when the one before is answered; the customers all at once.
    const answers = await Promise.all(
      customers.map(async (customerId) => {
        const ids: unknown[] = [];
        for (let n = 0; n < 25; n += 1) {
          const { status, body } = await post(`${base}/orders`, { ...order, customerId, items: [`item-${n}`] });
          expect(status).toBe(202);
          ids.push(body['orderId']);
        }
        return ids;
      }),
    );
    expect(new Set(answers.flat()).size).toBe(300);
    for (const reader of readers) {
      await until('every order', () => reader.of('processed').length === 300);
      expect(account([api], [reader])).toEqual({ acked: 300, lost: [], duplicates: [] });
      for (const customer of customers) {
        const seen = reader.of('processed').filter(({ key }) => key === customer);
        expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: 25 }, (_, i) => i));
      }
    }
    const { records, stop } = await follow(brokers.bootstrap, 'groups');
    await until('all read', () => records.length === 300);
    for (const [i, customer] of customers.entries()) expect(idsOf(records.filter(({ key }) => key === customer))).toEqual(answers[i]);
    await stop();
    const port = await readers[0]?.port();
    expect(await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text()).toMatch(
      /order_age_seconds_count\{client_id="inv-0"\} 300/,
    );
  }, 90_000);

  it('says 503 while Kafka is away, at once after it knows, takes orders again by itself, and has lost none that it took', async () => {
    const api = startApi('away', { PRODUCER_DELIVERY_TIMEOUT_MS: '2000', PRODUCER_REQUEST_TIMEOUT_MS: '1000' });
    const base = await ready(api);
    const taken: unknown[] = [];
    let n = 0;
    const send = async (idempotencyKey?: string): Promise<Answered> => {
      const body = { ...order, customerId: `customer-${(n += 1) % 30}` };
      const answer = await post(`${base}/orders`, body, idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey });
      if (answer.status === 202) taken.push(answer.body['orderId']);
      return answer;
    };
    await Promise.all(Array.from({ length: 60 }, () => send()));
    expect(taken).toHaveLength(60);

    for (const id of brokerIds) brokers.kill(id);
    const first = await Promise.all(Array.from({ length: 60 }, () => send()));
    expect(new Set(first.map(({ status }) => status))).toEqual(new Set([503]));
    for (const { headers, body, ms } of first) {
      expect(headers.get('retry-after')).toBe('1');
      expect(body['isTaken']).toMatch(/^(no|unknown)$/);
      if (body['isTaken'] === 'unknown')
        expect(body['detail']).toContain(`Repeat the request with Idempotency-Key ${String(body['idempotencyKey'])}`);
      expect(ms).toBeLessThan(15_000);
    }
    // What cannot be taken is not piled up: all but the one a partition that tries are refused without asking Kafka.
    const tried = api.of('failed').length;
    const later = await Promise.all(Array.from({ length: 300 }, () => send()));
    expect(later.every(({ status }) => status === 503)).toBe(true);
    expect(api.of('failed').length - tried).toBeLessThanOrEqual(30);
    expect((await fetch(`${base}/health`)).status).toBe(503);
    expect(await statusOf(`${base}/live`)).toBe(200);

    for (const id of brokerIds) brokers.restart(id);
    const key = 'once-more';
    await until('202 again', async () => (await send(key)).status === 202, 60_000);
    await until(
      'every customer',
      async () => (await Promise.all(Array.from({ length: 60 }, () => send()))).every(({ status }) => status === 202),
      60_000,
    );
    expect((await fetch(`${base}/health`)).status).toBe(200);
    api.kill('SIGTERM');
    expect(await api.exit).toEqual({ code: 0, signal: null });

    const { records, stop } = await follow(brokers.bootstrap, 'away');
    await until('all that was taken', () => taken.every((id) => idsOf(records).includes(id)), 60_000);
    await stop();
  }, 180_000);

  it('SIGTERM under load: not ready, what is taken is answered and kept, exit 0', async () => {
    const api = startApi('stopping', { API_DRAIN_MS: '700' });
    const base = await ready(api);
    let n = 0;
    const loading = load(`${base}/orders`, 20, () => ({ ...order, customerId: `customer-${(n += 1) % 50}` }));
    await until('some load', () => api.of('acked').length > 200);
    api.kill('SIGTERM');
    await until('not ready', async () => (await statusOf(`${base}/ready`)) === 503);
    const answers = await loading;
    expect(await api.exit).toEqual({ code: 0, signal: null });
    // A connection that was just being opened at the end may be closed unanswered; then nothing was taken either.
    expect(api.of('acked')).toHaveLength(answers.length);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(api.of('failed')).toEqual([]);
    expect(api.of('stopped')).toHaveLength(1);
    const { records, stop } = await follow(brokers.bootstrap, 'stopping');
    await until('all that was taken', () => records.length >= answers.length);
    const kept = new Set(idsOf(records));
    expect(answers.filter(({ body }) => !kept.has(body['orderId']))).toEqual([]);
    await stop();
  }, 60_000);

  it('waits for a topic that is not there: up, not ready, 503 with the reason, and goes on when it is made', async () => {
    const api = startApi('later', { KAFKA_STARTUP_DEADLINE_MS: '500' });
    const base = await baseOf(api);
    await until('the reason', () => api.logs.some((line) => line['level'] === 'error' && String(line['message']).includes('topic later')));
    const notReady = await fetch(`${base}/ready`);
    expect([notReady.status, await notReady.text()]).toEqual([503, expect.stringContaining('waiting for topic later')]);
    const refused = await post(`${base}/orders`, order);
    expect([refused.status, refused.body['isTaken'], refused.body['detail']]).toEqual([
      503,
      'no',
      expect.stringMatching(/the order was not taken: waiting for topic later .*Repeat the request/),
    ]);
    await brokers.admin.createTopics([{ name: 'later', partitions: 1, replicas: 3, config: {} }]);
    await ready(api);
    expect((await post(`${base}/orders`, order)).status).toBe(202);
  }, 60_000);

  it('says 413 for an order that the topic will never take, and takes the next', async () => {
    const base = await ready(startApi('narrow'));
    const note = randomBytes(4_000).toString('hex');
    const answers = await Promise.all([post(`${base}/orders`, { ...order, note }), post(`${base}/orders`, order)]);
    expect(answers.map(({ status }) => status)).toEqual([413, 202]);
    expect(answers[0]?.body['detail']).toMatch(/Kafka refuses the order for good, and it was not taken/);
    expect((await fetch(`${base}/health`)).status).toBe(200);
  });

  it('says what is wrong with its settings in one line, and exits 2', async () => {
    const api = startApi('answers', {
      PRODUCER_ACKS: '1',
      PRODUCER_IDEMPOTENCE: 'false',
      PRODUCER_DEAD_LETTER_TOPIC: 'dead',
      API_DRAIN_MS: '24000',
      API_BODY_BITES: '1',
    });
    expect(await api.exit).toEqual({ code: 2, signal: null });
    const [line] = api.logs;
    for (const said of [
      'PRODUCER_ACKS is "1"',
      'PRODUCER_DEAD_LETTER_TOPIC is "dead"',
      'did you mean API_BODY_BYTES?',
      'must be below SHUTDOWN_DEADLINE_MS',
    ])
      expect(line?.['message']).toContain(said);
  });

  describe('traces', () => {
    interface SpanJson {
      readonly traceId: string;
      readonly spanId: string;
      readonly parentSpanId?: string;
      readonly name: string;
      readonly kind: number;
      readonly service: string;
    }
    interface Exported {
      readonly resourceSpans: {
        readonly resource: { readonly attributes: { key: string; value: { stringValue?: string } }[] };
        readonly scopeSpans: { readonly spans: Omit<SpanJson, 'service'>[] }[];
      }[];
    }
    const spans: SpanJson[] = [];
    let collector: Server;
    let endpoint = '';
    // Stands for an OpenTelemetry collector: it keeps what OTLP/HTTP brings as JSON.
    beforeAll(async () => {
      collector = createServer((request, response) => {
        let text = '';
        request.on('data', (part: Buffer) => (text += part.toString()));
        request.on('end', () => {
          for (const { resource, scopeSpans } of (JSON.parse(text) as Exported).resourceSpans) {
            const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
            spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service }))));
          }
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        });
      });
      await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
      endpoint = `http://127.0.0.1:${String((collector.address() as AddressInfo).port)}/v1/traces`;
    });
    afterAll(() => {
      collector.closeAllConnections();
      collector.close();
    });

    it('follow one order through HTTP, Kafka and all its readers', async () => {
      const env = { TRACES_ENDPOINT: endpoint };
      const api = startApi('traced', env);
      const groups = ['inv', 'pay', 'notif'];
      const readers = ['inventory', 'order-payment', 'notification'].map((handler, i) =>
        startReader('traced', groups[i] ?? '', handler, env),
      );
      const base = await ready(api);
      const [traceId, caller] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
      expect((await post(`${base}/orders`, order, { traceparent: `00-${traceId}-${caller}-01` })).status).toBe(202);
      await until('work by all', () => readers.every((reader) => reader.of('processed').length === 1));
      // Stopping sends what is left.
      for (const worker of [api, ...readers]) worker.kill('SIGTERM');
      for (const worker of [api, ...readers]) expect((await worker.exit).code).toBe(0);
      const ours = spans.filter((span) => span.traceId === traceId);
      const [http] = ours.filter(({ name }) => name === 'POST /orders');
      const [send] = ours.filter(({ name }) => name === 'send traced');
      expect(http).toMatchObject({ parentSpanId: caller, kind: 2, service: 'order-api' });
      expect(send).toMatchObject({ parentSpanId: http?.spanId, kind: 4, service: 'order-api' });
      const work = ours.filter(({ name }) => name === 'process traced');
      expect(work.map(({ service }) => service).sort()).toEqual([...groups].sort());
      for (const span of work) expect(span).toMatchObject({ parentSpanId: send?.spanId, kind: 5 });
      expect(ours).toHaveLength(5);
    }, 60_000);

    it('are carried on where none is sent, and cost nothing when nobody takes them', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const quiet = startApi('traced');
      const reader = await follow(brokers.bootstrap, 'traced');
      expect((await post(`${await ready(quiet)}/orders`, order, { traceparent, tracestate: 'vendor=1' })).status).toBe(202);
      await until('the trace in the record', () =>
        reader.records.some(({ headers }) => headers['traceparent'] === traceparent && headers['tracestate'] === 'vendor=1'),
      );
      await reader.stop();
      const alone = startApi('traced', { TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces' });
      expect((await post(`${await ready(alone)}/orders`, order)).status).toBe(202);
      await sleep(100);
      alone.kill('SIGTERM');
      expect(await alone.exit).toEqual({ code: 0, signal: null });
      expect(alone.stderr).toBe('');
    }, 60_000);
  });
});
