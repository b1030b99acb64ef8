import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../workers/logging.js';
import { openReservationBook, type ReservationBook, type Wanted } from '../../workers/systems/reservation-book.js';
import { describeWithPostgres, startPostgres, type Postgres } from '../postgres.js';

const logger = createLogger('error', {});
const slot = '2026-12-31T20:00:00.000Z';

describeWithPostgres('the reservation book', () => {
  let postgres: Postgres;
  let book: ReservationBook;
  const open = (passwordFile = postgres.passwordFile): ReservationBook =>
    openReservationBook({ url: postgres.url, passwordFile, applicationName: 'test', logger });
  const want = (reservationId: string, restaurantId = 'restaurant-1', at = slot): Wanted => ({
    reservationId,
    restaurantId,
    slot: at,
    partySize: 2,
  });
  const many = (count: number, prefix: string): Wanted[] => Array.from({ length: count }, (_, i) => want(`${prefix}-${i}`));
  const booked = async (): Promise<unknown> => (await postgres.query('select coalesce(sum(booked), 0)::integer as n from slots'))[0]?.['n'];

  beforeAll(async () => {
    postgres = await startPostgres();
    book = open();
    await book.book([]);
  }, 60_000);
  beforeEach(async () => {
    await postgres.query('truncate reservations, slots');
  });
  afterAll(async () => {
    await book.close();
    await postgres.stop();
  });

  it('gives each table once, and turns away in the order of the asking', async () => {
    const verdicts = await book.book(many(23, 'a'));
    expect(verdicts).toEqual([...Array<string>(20).fill('booked'), ...Array<string>(3).fill('rejected')]);
    expect(await book.book([want('b')])).toEqual(['rejected']);
    expect(await book.book([want('c', 'restaurant-2'), want('d', 'restaurant-1', '2026-12-31T22:00:00.000Z')])).toEqual([
      'booked',
      'booked',
    ]);
    expect(await booked()).toBe(22);
  });

  it('has one table left and many who want it at once: one gets it, whatever is tried together', async () => {
    await book.book(many(19, 'a'));
    const other = open();
    const tries = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? book : other).book(many(2, `t${i}`)));
    const verdicts = (await Promise.all(tries)).flat();
    expect(verdicts.filter((verdict) => verdict === 'booked')).toHaveLength(1);
    expect(await booked()).toBe(20);
    await other.close();
  });

  it('books nothing twice and rejects nobody for their own booking', async () => {
    const first = await book.book(many(21, 'a'));
    expect(await book.book(many(21, 'a'))).toEqual(first);
    expect(await book.book([want('x', 'restaurant-2'), want('x', 'restaurant-2')])).toEqual(['booked', 'booked']);
    const again = await Promise.all(Array.from({ length: 20 }, () => book.book([want('y', 'restaurant-3')])));
    expect(again.flat().every((verdict) => verdict === 'booked')).toBe(true);
    expect(await booked()).toBe(22);
  });

  it('locks in one order: members that want the same slots in other orders do not block each other', async () => {
    const slots = Array.from({ length: 20 }, (_, i) => new Date(Date.UTC(2027, 0, 1, i)).toISOString());
    const tries = Array.from({ length: 12 }, (_, t) => {
      const order = t % 2 === 0 ? slots : [...slots].reverse();
      return book.book(order.map((at, i) => want(`t${t}-${i}`, `restaurant-${1 + (i % 3)}`, at)));
    });
    expect((await Promise.all(tries)).flat().every((verdict) => verdict === 'booked')).toBe(true);
  });

  it('says of what can never be booked why, and books nothing of the same call', async () => {
    await expect(book.book([want('a'), want('b', 'nowhere')])).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining('the restaurant "nowhere" is not known'),
    });
    await expect(book.book([{ ...want('c'), partySize: 1_000 }])).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringMatching(/party_of_1_to_100.*23514/),
    });
    await expect(book.book([want('nul-\u0000')])).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringMatching(/22021/),
    });
    await expect(book.book([want('d', 'restaurant-1', 'yesterday evening')])).rejects.toMatchObject({ name: 'PermanentError' });
    expect(await booked()).toBe(0);
    expect(book.problem()).toBeUndefined();
  });

  it('is told of a database that crashes, and goes on by itself when it is there again', async () => {
    await book.book([want('a')]);
    await postgres.kill();
    await expect(book.book([want('b')])).rejects.toMatchObject({ name: 'TransientError' });
    expect(book.problem()).toBeDefined();
    await postgres.start();
    const deadline = Date.now() + 20_000;
    while (book.problem() !== undefined && Date.now() < deadline) await sleep(50);
    expect(book.problem()).toBeUndefined();
    expect(await book.book([want('a'), want('b')])).toEqual(['booked', 'booked']);
    expect(await booked()).toBe(2);
  }, 60_000);

  it('says that the password is wrong, or not there', async () => {
    const stranger = open(import.meta.filename);
    await expect(stranger.book([want('a')])).rejects.toMatchObject({
      name: 'TransientError',
      message: expect.stringContaining('password authentication failed'),
    });
    await stranger.close();
    const without = open('/nowhere/password');
    await expect(without.book([want('a')])).rejects.toThrow(/DATABASE_PASSWORD_FILE is "\/nowhere\/password", which cannot be read/);
    await without.close();
  });
});
