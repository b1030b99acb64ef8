import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { account, killAll, until, type WorkerProcess } from '../workers/processes.js';
import { follow, write } from '../workers/topics.js';
import { declaredTopics, quickGroups, quickMember, workersOf } from './declared.js';

const quick = { ...quickMember, CONSUMER_WORK_MS: '1' };

/** Partitions that a member has now, by its own word. */
const owned = (worker: WorkerProcess): number[] =>
  (worker.of('assigned').at(-1)?.partitions ?? []).flatMap(({ partitions }) => [...partitions]).sort((a, b) => a - b);

// S1 and S2: what a group is, and what a fleet is not.
describe('groups and fleets', () => {
  let brokers: Brokers;
  let start: Awaited<ReturnType<typeof workersOf>>;
  beforeAll(async () => {
    brokers = await startBrokers({
      config: quickGroups,
      topics: declaredTopics(['commande', 'live-flight-airnav', 'live-flight-flight24', 'live-flight-dlq']),
    });
    start = await workersOf(brokers.bootstrap);
  }, 120_000);
  const readers: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    await killAll();
    await Promise.all(readers.splice(0).map(({ stop }) => stop()));
  });
  afterAll(async () => brokers.stop());

  it('S1: three members have a partition each, a fourth has none, and all that the fleet writes is done once', async () => {
    const members = [0, 1, 2].map((n) => start('logistique', quick, `logistique-${n}`));
    await until('each has one', () => members.every((member) => owned(member).length === 1), 30_000);
    expect(members.flatMap(owned).sort()).toEqual([0, 1, 2]);
    const fleet = [0, 1, 2].map((n) => start('commande-fleet', { PRODUCER_RECORDS: '60', PRODUCER_RATE: '60' }, `commande-fleet-${n}`));
    const express = start('commande-express', { PRODUCER_RECORDS: '9', PRODUCER_RATE: '20' }, 'commande-express-1');
    for (const producer of [...fleet, express]) expect(await producer.exit).toEqual({ code: 0, signal: null });
    // A partition of its own, whatever the keys say; the fleet is told apart by its client ids, and nobody coordinates it.
    expect(new Set(express.of('acked').map(({ partition }) => partition))).toEqual(new Set([0]));
    expect(new Set(fleet.flatMap((one) => one.of('acked')).map(({ member }) => member))).toEqual(
      new Set(['commande-fleet-0', 'commande-fleet-1', 'commande-fleet-2']),
    );
    const done = (): number => members.flatMap((member) => member.of('processed')).length;
    await until('all is done', () => done() >= 189);
    expect(done()).toBe(189);
    // Each member did its own partition and no other.
    for (const member of members) expect([...new Set(member.of('processed').map(({ partition }) => partition))]).toEqual(owned(member));

    const fourth = start('logistique', quick, 'logistique-3');
    await until('the fourth is in the group', () => fourth.of('assigned').length > 0);
    await until('one of four is idle', () => [...members, fourth].filter((member) => owned(member).length === 0).length === 1);
  }, 90_000);

  it('S2: each group has its feed; a further group on one of them gets every record again', async () => {
    const [airnav, flight24] = [start('airnav', quick), start('flight24', quick)];
    const feeds = ['airnav', 'flight24'].map((name) => start(`feed-${name}`, { PRODUCER_RECORDS: '120', PRODUCER_RATE: '200' }));
    for (const feed of feeds) expect(await feed.exit).toEqual({ code: 0, signal: null });
    const again = start('flight24', { ...quick, KAFKA_GROUP_ID: 'airnav-archive', KAFKA_TOPIC: 'live-flight-airnav' }, 'archive-0');
    await until('all have all', () => [airnav, flight24, again].every((one) => one.of('processed').length >= 120), 30_000);
    const [first, second] = feeds;
    expect(account(first === undefined ? [] : [first], [airnav])).toEqual({ acked: 120, lost: [], duplicates: [] });
    expect(account(second === undefined ? [] : [second], [flight24])).toEqual({ acked: 120, lost: [], duplicates: [] });
    expect(account(first === undefined ? [] : [first], [again])).toEqual({ acked: 120, lost: [], duplicates: [] });
  }, 60_000);

  it('S2: a position that cannot be is a dead letter, and no later success loses it', async () => {
    const following = await follow(brokers.bootstrap, 'live-flight-dlq');
    readers.push(following);
    const { records } = following;
    const position = { flight: 'AF100', latitude: 48.8, longitude: 2.3, altitude_m: 10_000, seen_at: Date.now() };
    await write(brokers.bootstrap, 'live-flight-airnav', [
      { key: 'AF100', value: JSON.stringify({ ...position, latitude: 148.8 }), headers: { 'correlation-id': 'broken' } },
      { key: 'AF100', value: JSON.stringify(position) },
    ]);
    const worker = start('airnav', quick);
    await until('the broken one is kept', () => records.length > 0, 30_000);
    const letter = JSON.parse(records[0]?.value ?? '{}') as Record<string, string>;
    expect(letter).toMatchObject({
      originalTopic: 'live-flight-airnav',
      originalKey: 'AF100',
      consumerGroup: 'airnav',
      reason: 'the field latitude is 148.8: a number from -90 to 90 is wanted',
    });
    expect(JSON.parse(letter['originalValue'] ?? '{}')).toMatchObject({ latitude: 148.8 });
    expect(records[0]?.headers['correlation-id']).toBe('broken');
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
  }, 60_000);
});
