import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { dlq, type DlqArgs } from '../../scripts/commands/dlq.js';
import { readClientProperties } from '../../scripts/kafka/client-properties.js';
import { readTopic } from '../../scripts/kafka/read-topic.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { until } from '../workers/processes.js';
import { printed } from './printed.js';

interface Listed {
  readonly total: number;
  readonly records: {
    partition: number;
    offset: string;
    key: string | null;
    reason: string;
    by: string;
    replayed: boolean;
    value: string | null;
    original: { topic?: string; partition?: number; offset?: string };
  }[];
}

const binary = Buffer.from([0xff, 0x00, 0xfe]);
const letter = (offset: number, key: string, value: string | Buffer): object => ({
  originalTopic: 'orders.created',
  originalPartition: 2,
  originalOffset: String(offset),
  originalKey: key,
  originalValue: Buffer.isBuffer(value) ? value.toString('base64') : value,
  ...(Buffer.isBuffer(value) && { encoding: { value: 'base64' } }),
  originalTimestamp: '2026-01-01T00:00:00.000Z',
  errorTimestamp: '2026-01-01T00:00:09.000Z',
  reason: 'the value is not JSON',
  errorType: 'SyntaxError',
  retryCount: 3,
  consumerGroup: 'inventory-service',
  clientId: 'consumer-retry-0',
});

describe('muster dlq', () => {
  let brokers: Brokers;
  let kafka: Kafka;
  const args = (rest: Partial<DlqArgs> = {}): DlqArgs => ({
    topic: 'orders.dlq',
    bootstrap: brokers.bootstrap,
    env: 'k3s',
    all: false,
    limit: 50,
    execute: false,
    json: true,
    ...rest,
  });
  const list = async (rest: Partial<DlqArgs> = {}): Promise<Listed> => JSON.parse((await printed(dlq, args(rest))).data) as Listed;
  const contents = async (topic: string): Promise<KafkaMessage[]> => {
    const found: { partition: number; message: KafkaMessage }[] = [];
    await readTopic(kafka, topic, new Map(), new AbortController().signal, (record) => {
      found.push(record);
      return undefined;
    });
    return found
      .sort((a, b) => a.partition - b.partition || Number(a.message.offset) - Number(b.message.offset))
      .map(({ message }) => message);
  };

  beforeAll(async () => {
    brokers = await startBrokers({
      topics: [
        { name: 'orders.dlq', partitions: 2 },
        { name: 'orders.created', partitions: 3 },
        { name: 'empty.dlq', partitions: 1 },
        { name: 'elsewhere', partitions: 1 },
      ],
    });
    kafka = new Kafka({ brokers: [brokers.bootstrap], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const headers = { 'trace-id': 't-1', 'dlq-reason': 'x', 'dlq-timestamp': 'x', 'dlq-original-topic': 'orders.created' };
    for (const message of [
      { key: 'customer-A', value: JSON.stringify(letter(7, 'customer-A', 'first')), headers, partition: 0 },
      { key: 'customer-A', value: JSON.stringify(letter(9, 'customer-A', binary)), headers, partition: 0 },
      {
        key: 'customer-B',
        value: 'too large',
        headers: {
          'original-topic': 'orders.created',
          'error-timestamp': '2026-01-01T00:00:05.000Z',
          'error-type': 'MESSAGE_TOO_LARGE',
          'error-message': 'larger than max.message.bytes',
          'retry-count': '0',
          'correlation-id': 'c-9',
        },
        partition: 1,
      },
      { key: null, value: 'of a stranger', partition: 1 },
    ])
      await producer.send({ topic: 'orders.dlq', messages: [message] });
    await producer.disconnect();
  }, 60_000);
  afterAll(async () => brokers.stop());

  it('lists what, why and where from, of consumers, producers and strangers', async () => {
    const { total, records } = await list();
    expect(total).toBe(4);
    expect(records).toMatchObject([
      { key: 'customer-A', by: 'consumer', value: 'first', original: { topic: 'orders.created', partition: 2, offset: '7' } },
      { key: 'customer-A', by: 'consumer', reason: 'the value is not JSON', original: { offset: '9' } },
      { key: 'customer-B', by: 'producer', reason: 'larger than max.message.bytes', original: { topic: 'orders.created' } },
      { key: null, by: 'unknown', value: 'of a stranger' },
    ]);
    expect((await list({ key: ['customer-{A..A}'], limit: 1 })).records.map((r) => r.original.offset)).toEqual(['9']);
    expect((await list({ reason: 'too_LARGE' })).total).toBe(1);
    const { data } = await printed(dlq, args({ json: false }));
    expect(data).toContain('orders.created/2/7');
    expect(data).toContain('4 dead letters in orders.dlq: 2 × SyntaxError, 1 × MESSAGE_TOO_LARGE');
    expect((await printed(dlq, args({ topic: 'empty.dlq', json: false }))).data).toBe('no dead letters in empty.dlq');
  });

  it('only says what a replay would write, until it is told to', async () => {
    const { data } = await printed(dlq, args({ action: 'replay', json: false }));
    expect(data).toMatch(/^would replay from orders.dlq at .*: 3 to orders.created. Nothing was written; add --execute/);
    expect(await contents('orders.created')).toEqual([]);
  });

  it('writes each record as it was, once', async () => {
    const { data, said } = await printed(dlq, args({ action: 'replay', execute: true, json: false }));
    expect(data).toMatch(/^replayed 3 of 3 /);
    expect(said).toContain('1 records of orders.dlq are no dead letters of Muster');
    // The markers of a transaction may be written a moment after it is answered.
    await until('what was committed is to be read', async () => (await contents('orders.created')).length === 3);
    const written = await contents('orders.created');
    const byKey = (key: string): KafkaMessage[] => written.filter((m) => m.key?.toString() === key);
    expect(byKey('customer-A').map((m) => m.value)).toEqual([Buffer.from('first'), binary]);
    expect(Object.fromEntries(Object.entries(byKey('customer-A')[0]?.headers ?? {}).map(([name, value]) => [name, String(value)]))).toEqual(
      {
        'trace-id': 't-1',
        'dlq-replayed-from': 'orders.dlq/0/0',
      },
    );
    expect(String(byKey('customer-B')[0]?.headers?.['correlation-id'])).toBe('c-9');
    expect((await list()).records.map(({ replayed }) => replayed)).toEqual([true, true, true, false]);

    expect((await printed(dlq, args({ action: 'replay', execute: true, json: false }))).data).toBe(
      'nothing to replay in orders.dlq that has not been replayed',
    );
    expect(await contents('orders.created')).toHaveLength(3);
  });

  it('writes a chosen part again, elsewhere, when told to', async () => {
    const { said } = await printed(
      dlq,
      args({ action: 'replay', execute: true, all: true, key: ['customer-B'], to: 'elsewhere', json: false }),
    );
    expect(said).toContain('is not kept');
    expect((await contents('elsewhere')).map((m) => m.value?.toString())).toEqual(['too large']);
  });

  it('leaves no group of its own behind but the one that remembers', async () => {
    const admin = kafka.admin();
    await admin.connect();
    const { groups } = await admin.listGroups();
    await admin.disconnect();
    expect(groups.map(({ groupId }) => groupId)).toEqual(['muster-dlq-replay-orders.dlq']);
  });

  it.each([
    ['a topic that is not there', { topic: 'nowhere' }, /there is no topic "nowhere" here; there are .*orders.dlq/],
    [
      'a target that is not there',
      { action: 'replay', all: true, execute: true, to: 'nowhere' },
      /"nowhere" is not there, so nothing is replayed/,
    ],
    ['no Kafka', { bootstrap: '127.0.0.1:1' }, /no Kafka answers at 127.0.0.1:1/],
    ['no regular expression', { reason: '(' }, /--reason \( is no regular expression/],
    ['no environment', { bootstrap: undefined, env: 'nowhere' }, /no Kafka is named, and nowhere is not up here/],
  ] as const)('says in a sentence what is wrong: %s', async (_, wrong, message) => {
    await expect(printed(dlq, args(wrong as Partial<DlqArgs>))).rejects.toThrow(message);
  });
});

describe('client properties', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-properties-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const read = (text: string): unknown => {
    writeFileSync(join(folder, 'client.properties'), text);
    return readClientProperties(folder, 'client.properties');
  };

  it("are those of Kafka's own tools", () => {
    writeFileSync(join(folder, 'ca.crt'), 'PEM');
    expect(
      read(`# as a person keeps it
security.protocol=SASL_SSL
sasl.mechanism = SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
  username="me" password="p=w #1";
ssl.truststore.type=PEM
ssl.truststore.location=ca.crt
`),
    ).toEqual({ ssl: { ca: ['PEM'] }, sasl: { mechanism: 'scram-sha-512', username: 'me', password: 'p=w #1' } });
    expect(read('')).toEqual({});
  });

  it.each([
    ['security.protocol=TLS', /security.protocol is "TLS": give PLAINTEXT, SSL/],
    ['security.protcol=SSL', /sets security.protcol, which is not known here.*security.protocol/],
    ['security.protocol=SASL_SSL\nsasl.mechanism=GSSAPI', /sasl.mechanism is "GSSAPI": give PLAIN/],
    ['security.protocol=SASL_SSL\nsasl.mechanism=PLAIN', /takes a user and a password/],
    ['security.protocol=SSL\nssl.truststore.type=JKS', /ssl.truststore.type is "JKS": give PEM files/],
    ['security.protocol=SSL\nssl.truststore.location=gone.crt', /gone.crt cannot be read/],
  ])('%j is refused', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
