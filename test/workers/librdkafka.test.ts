import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createErrorNames } from '../../workers/librdkafka/client-error.js';
import { createPartitionBuffer } from '../../workers/librdkafka/partition-buffer.js';
import { troubleIn } from '../../workers/librdkafka/troubles.js';

describe('why librdkafka does not come in, out of what it logs', () => {
  const at = '[thrd:sasl_ssl://kafka:9093/bootstrap]: sasl_ssl://kafka:9093/bootstrap: ';
  // Lines of librdkafka 2.15.1 on a real broker.
  it.each([
    [
      'SASL authentication error: Authentication failed during authentication due to invalid credentials (after 312ms in state AUTH_REQ)',
      'SASL_AUTHENTICATION_FAILED',
      'configuration',
    ],
    [
      'SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified (after 10ms in state SSL_HANDSHAKE)',
      'TLS_REFUSED',
      'configuration',
    ],
    [
      'Receive failed: error:0A000412:SSL routines::sslv3 alert bad certificate: SSL alert number 42 (after 1ms in state APIVERSION_QUERY)',
      'TLS_REFUSED',
      'configuration',
    ],
    ["Failed to resolve 'kafka:9093': Name or service not known (after 1ms in state CONNECT)", 'HOST_NOT_FOUND', 'retriable'],
    ['Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)', 'DISCONNECTED', 'retriable'],
    // A broker that starts cuts handshakes off: no reason to give up.
    ['SSL handshake failed: SSL transport error: Connection reset by peer (after 3ms in state SSL_HANDSHAKE)', 'DISCONNECTED', 'retriable'],
  ])('%s', (message, code, kind) => {
    expect(troubleIn({ fac: 'FAIL', message: `${at}${message}` })).toMatchObject({ code, kind });
    expect(troubleIn({ fac: 'FAIL', message: `${at}${message}` })?.message).not.toContain('thrd:');
  });

  it('is told by fatal errors too, and by nothing else', () => {
    const message =
      '[thrd:main]: Fatal error: Broker: Cluster authorization failed: Failed to acquire idempotence PID from broker kafka:9093/0';
    expect(troubleIn({ fac: 'FATAL', message })).toMatchObject({ code: 'CLUSTER_AUTHORIZATION_FAILED', kind: 'configuration' });
    expect(
      troubleIn({ fac: 'FATAL', message: '[thrd:main]: Fatal error: Broker: Static consumer fenced by other consumer' }),
    ).toBeUndefined();
    expect(troubleIn({ fac: 'GETPID', message: 'Failed to acquire idempotence PID: retrying' })).toBeUndefined();
  });
});

describe('the names of errors', () => {
  const codes = {
    ERR_NOT_ENOUGH_REPLICAS: 19,
    ERR_MSG_SIZE_TOO_LARGE: 10,
    ERR__MSG_TIMED_OUT: -192,
    ERR_GROUP_LOAD_IN_PROGRESS: 14,
    ERR_TOPIC_AUTHORIZATION_FAILED: 29,
  };
  const names = createErrorNames({ CODES: { ERRORS: codes } });
  const error = (code: number): Error => Object.assign(new Error('Broker: no'), { code });

  it('are those of the protocol, with the class of S8', () => {
    expect(names.clientErrorOf(error(19))).toMatchObject({ code: 'NOT_ENOUGH_REPLICAS', kind: 'retriable', isIndeterminate: false });
    expect(names.clientErrorOf(error(10))).toMatchObject({ code: 'MESSAGE_TOO_LARGE', kind: 'permanent', isIndeterminate: false });
    expect(names.clientErrorOf(error(29))).toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED', kind: 'configuration' });
    expect(names.clientErrorOf(error(-192))).toMatchObject({ code: 'TIMED_OUT', kind: 'retriable', isIndeterminate: true });
    expect(names.clientErrorOf(error(7_777))).toMatchObject({ code: 'UNKNOWN', kind: 'retriable', isIndeterminate: true });
  });
});

describe('the records of a partition that wait', () => {
  const message = (offset: number) => ({ topic: 't', partition: 0, offset, timestamp: 1, key: null, value: Buffer.from('v'), size: 1 });

  it('are those after the last one done, whatever holes the offsets have, and count for nothing once all are done', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1_000), { minLength: 1 }), fc.nat(1_000), (numbers, done) => {
        const offsets = numbers.sort((a, b) => a - b);
        const buffer = createPartitionBuffer('t', 0);
        for (const offset of offsets) buffer.push(message(offset));
        const full = buffer.bytes;
        buffer.done(String(done));
        expect(buffer.waiting().map(({ offset }) => Number(offset))).toEqual(offsets.filter((offset) => offset > done));
        expect(buffer.bytes).toBe((full / offsets.length) * buffer.size);
        buffer.done('1000');
        expect([buffer.size, buffer.bytes]).toEqual([0, 0]);
      }),
    );
  });

  it('keep each value of a header that stands twice, in order', () => {
    const buffer = createPartitionBuffer('t', 0);
    const [a, b] = [Buffer.from('a'), Buffer.from('b')];
    buffer.push({ ...message(0), headers: [{ twice: a }, { once: b }, { twice: b }] });
    expect(buffer.waiting()[0]?.headers).toEqual({ twice: [a, b], once: b });
  });
});
