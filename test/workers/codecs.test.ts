import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { Zstd } from '@hpcc-js/wasm-zstd';
import { CompressionTypes } from 'kafkajs';
import { hostFrom } from '../../scripts/host.js';
import { prepareKafka, type Distribution } from '../../scripts/kafka/distribution.js';
import { readTopic } from '../../scripts/kafka/read-topic.js';
import { producerSettings } from '../../workers/config.js';
import { createKafkajsClient } from '../../workers/kafkajs/client.js';
import { codecs } from '../../workers/kafkajs/codecs.js';
import { createKafka } from '../../workers/kafkajs/kafka.js';
import { createLogger } from '../../workers/logging.js';
import { kafkaVersion, packageDir, startBrokers, type Brokers } from '../brokers.js';

const names = Object.keys(codecs) as (keyof typeof codecs)[];
/** Beyond the 32 KiB of one block of snappy, with pieces that repeat and pieces that do not. */
const lines = Array.from({ length: 100 }, (_, i) => `${i}: ${'order '.repeat(i * 10)}${((i * 7919) % 9973).toString(36)} äöü €`);

describe('compression, beside the Java clients', () => {
  let brokers: Brokers;
  let kafka: Distribution;
  beforeAll(async () => {
    kafka = await prepareKafka(hostFrom(process.env, process.cwd(), packageDir), kafkaVersion, undefined, () => undefined);
    brokers = await startBrokers({
      topics: names.flatMap((name) => [
        { name: `ours.${name}`, partitions: 1 },
        { name: `theirs.${name}`, partitions: 1 },
      ]),
    });
  }, 120_000);
  afterAll(async () => brokers.stop());

  /** One of Kafka's own command-line tools; resolves with its standard output. */
  const tool = (main: string, args: readonly string[], input = ''): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn(kafka.java, [...kafka.toolArgs, main, '--bootstrap-server', brokers.bootstrap, ...args]);
      const output: Buffer[] = [];
      let errors = '';
      child.stdout.on('data', (data: Buffer) => output.push(data));
      child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(output).toString());
        else reject(new Error(errors));
      });
      child.stdin.end(input);
    });

  it('is read by Java as we wrote it, with every codec', async () => {
    const logger = createLogger('error', {});
    const env = { KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap, KAFKA_CLIENT_ID: 'test', KAFKA_TOPIC: 't' };
    const client = createKafkajsClient({
      bootstrapServers: brokers.bootstrap,
      clientId: 'test',
      requestTimeoutMs: 10_000,
      security: producerSettings(env),
      logger,
    });
    for (const compression of names) {
      const transport = client.createTransport({
        acks: 'all',
        idempotent: false,
        compression,
        requestTimeoutMs: 10_000,
        onPartitions: () => undefined,
      });
      const records = lines.map((value) => ({ key: null, value: `${compression} ${value}`, timestamp: Date.now() }));
      expect(await transport.send(`ours.${compression}`, 0, records)).toBe(0);
      await transport.close();
    }
    const wanted = names.length * lines.length;
    const read = await tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...['--include', 'ours\\..*', '--from-beginning', '--max-messages', String(wanted), '--timeout-ms', '30000'],
    ]);
    const found = read.trimEnd().split('\n');
    for (const name of names) expect(found.filter((line) => line.startsWith(`${name} `))).toEqual(lines.map((value) => `${name} ${value}`));
  }, 60_000);

  it('is read by kafkajs as Java wrote it, with every codec', async () => {
    const input = `${lines.join('\n')}\n`;
    for (const name of names)
      await tool('org.apache.kafka.tools.ConsoleProducer', ['--topic', `theirs.${name}`, '--compression-codec', name], input);
    const reader = createKafka(brokers.bootstrap, 'reader', 10_000, createLogger('error', {}));
    for (const name of names) {
      const found: (string | undefined)[] = [];
      await readTopic(reader, `theirs.${name}`, new Map(), AbortSignal.timeout(20_000), ({ message }) => {
        found.push(message.value?.toString());
        return true;
      });
      expect(found).toEqual(lines);
    }
  }, 90_000);
});

describe('zstd', () => {
  it('unpacks a frame that does not say how long its content is, and is far longer than its packed size suggests', async () => {
    const library = await Zstd.load();
    const plain = Buffer.alloc(30_000_000, 'ordered ');
    library.reset();
    const packed = Buffer.concat([library.compressChunk(plain), library.compressEnd()]);
    expect(packed.length * 64).toBeLessThan(plain.length);
    expect((await codecs.zstd.decompress(packed)).equals(plain)).toBe(true);
  });

  it('says that a batch is damaged', async () => {
    await expect(codecs.zstd.decompress(Buffer.from('no frame of zstd'))).rejects.toThrow('Decompression failed');
  });

  it('does not grow with the batches it has unpacked', async () => {
    const packed = await codecs.zstd.compress(Buffer.alloc(1_000_000, 'order '));
    const unpack = async (times: number): Promise<number> => {
      for (let i = 0; i < times; i += 1) await codecs.zstd.decompress(packed);
      return process.memoryUsage().rss;
    };
    await unpack(50);
    const before = await unpack(1);
    expect((await unpack(500)) - before).toBeLessThan(200_000_000);
  });

  it('has the numbers by which Kafka knows the codecs', () => {
    expect(names.map((name) => codecs[name].type)).toEqual([
      CompressionTypes.GZIP,
      CompressionTypes.Snappy,
      CompressionTypes.LZ4,
      CompressionTypes.ZSTD,
    ]);
  });
});
