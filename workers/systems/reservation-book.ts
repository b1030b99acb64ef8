import { readFileSync } from 'node:fs';
import pg from 'pg';
import { ConfigurationError } from '../configuration-error.js';
import { causeOf } from '../errors.js';
import { PermanentError, TransientError } from '../handler.js';
import type { Logger } from '../logging.js';

/** A table of a restaurant, wanted for a slot. */
export interface Wanted {
  readonly reservationId: string;
  readonly restaurantId: string;
  /** A time as PostgreSQL reads it, such as 2026-12-31T20:00:00Z. */
  readonly slot: string;
  readonly partySize: number;
}

export type Verdict = 'booked' | 'rejected';

/** Who has which table, kept in PostgreSQL. */
export interface ReservationBook {
  /**
   * Books in one transaction, in the order given; a reservation that the book has already keeps the verdict it got.
   * @throws TransientError when the database is away or busy: nothing is known to be booked, and the same call may be made again.
   * @throws PermanentError when one of them can never be in the book; none of the call is booked.
   */
  book(wanted: readonly Wanted[]): Promise<Verdict[]>;
  /** Why nothing can be booked now. */
  problem(): string | undefined;
  close(): Promise<void>;
}

export interface BookOptions {
  /** Without password. */
  readonly url: string;
  readonly passwordFile: string | undefined;
  /** Shown by the database beside each connection. */
  readonly applicationName: string;
  readonly logger: Logger;
}

/** Connections of one member: six members with ten each stay below the hundred that PostgreSQL allows by default. */
const mostConnections = 10;
/** Ms for a connection, for a statement, and for a member that is frozen in the middle of a transaction and holds the locks of a slot. */
const connectMs = 5_000;
const statementMs = 10_000;
const checkEveryMs = 1_000;

/** The 50 restaurants of the exercise, as `restaurant-{1..50}` writes their keys. */
const restaurants = 50;
const tablesEach = 20;
/** Of our own choosing; whoever makes the tables holds it. */
const schemaLock = 727_401;

const schema = `
  create table if not exists restaurants (
    restaurant_id text primary key,
    tables integer not null check (tables >= 0)
  );
  create table if not exists slots (
    restaurant_id text not null references restaurants,
    slot timestamptz not null,
    booked integer not null default 0,
    tables integer not null,
    primary key (restaurant_id, slot),
    constraint never_more_than_the_tables check (booked between 0 and tables)
  );
  create table if not exists reservations (
    reservation_id text primary key,
    restaurant_id text not null,
    slot timestamptz not null,
    party_size integer not null constraint party_of_1_to_100 check (party_size between 1 and 100),
    verdict text not null check (verdict in ('booked', 'rejected')),
    decided_at timestamptz not null default now(),
    foreign key (restaurant_id, slot) references slots
  );
  insert into restaurants select 'restaurant-' || n, ${tablesEach} from generate_series(1, ${restaurants}) n on conflict do nothing;
`;

/** Opens at once; the tables are made, where there are none, as soon as the database answers. */
export function openReservationBook({ url, passwordFile, applicationName, logger }: BookOptions): ReservationBook {
  const pool = new pg.Pool({
    ...addressOf(url),
    // Read for each connection: a password that was renewed is taken up without a restart.
    ...(passwordFile !== undefined && { password: () => passwordOf(passwordFile) }),
    application_name: applicationName,
    max: mostConnections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: statementMs,
    // The client's own clock: a server that is frozen answers no timeout of its own.
    query_timeout: statementMs + 1_000,
    keepAlive: true,
  });
  let problem: string | undefined = 'not connected to the database yet';
  let preparing: Promise<void> | undefined;
  let isClosed = false;
  let check: NodeJS.Timeout | undefined;

  const away = (error: Error): void => {
    if (isClosed) return;
    if (problem !== error.message)
      logger.warn({ reason: error.message, code: codeOf(error) }, 'the database is away, or refuses us: waiting for it');
    problem = error.message;
    // Also without a record at hand, so that /ready knows.
    check ??= setTimeout(() => {
      check = undefined;
      prepared().catch(() => undefined);
    }, checkEveryMs);
  };
  const back = (): void => {
    if (problem !== undefined) logger.info('the database takes reservations');
    problem = undefined;
  };
  // An idle connection broke; without a listener this would end the process.
  pool.on('error', (error) => {
    preparing = undefined;
    away(error);
  });

  const inTransaction = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      // A connection that may be in the middle of something is not used again; the database rolls back when it goes.
      client.release(true);
      throw error;
    }
  };

  /** Tables that are there are not touched: in production another role has made them, and ours may not. */
  const prepare = async (): Promise<void> => {
    const { rows } = await pool.query<{ there: boolean }>("select to_regclass('reservations') is not null as there");
    if (rows[0]?.there !== true)
      await inTransaction(async (client) => {
        await client.query('select pg_advisory_xact_lock($1)', [schemaLock]);
        await client.query(schema);
      });
    back();
  };
  const prepared = (): Promise<void> =>
    (preparing ??= prepare().catch((error: unknown) => {
      preparing = undefined;
      throw classified(error, away);
    }));

  prepared().catch(() => undefined);
  return {
    async book(wanted) {
      await prepared();
      try {
        const verdicts = await inTransaction((client) => decide(client, wanted));
        back();
        return verdicts;
      } catch (error) {
        throw classified(error, away);
      }
    },
    problem: () => problem,
    async close() {
      isClosed = true;
      clearTimeout(check);
      await pool.end();
    },
  };
}

/** Locks the slots, in an order that all members share; then nobody else decides about them, and what is read stays true. */
async function decide(client: pg.PoolClient, wanted: readonly Wanted[]): Promise<Verdict[]> {
  const slotsWanted = [wanted.map((one) => one.restaurantId), wanted.map((one) => one.slot)];
  await client.query(
    `insert into slots (restaurant_id, slot, tables)
       select distinct w.restaurant_id, w.slot, r.tables
         from unnest($1::text[], $2::timestamptz[]) w (restaurant_id, slot) join restaurants r using (restaurant_id)
        order by 1, 2
     on conflict do nothing`,
    slotsWanted,
  );
  const { rows: slots } = await client.query<{ restaurant_id: string; slot: Date; free: number }>(
    `select restaurant_id, slot, tables - booked as free from slots
      where (restaurant_id, slot) in (select * from unnest($1::text[], $2::timestamptz[]))
      order by restaurant_id, slot for update`,
    slotsWanted,
  );
  const free = new Map(slots.map((row) => [placeOf(row.restaurant_id, row.slot.toISOString()), row.free]));
  const { rows: known } = await client.query<{ reservation_id: string; verdict: Verdict }>(
    'select reservation_id, verdict from reservations where reservation_id = any($1)',
    [wanted.map((one) => one.reservationId)],
  );
  const verdicts = new Map(known.map((row) => [row.reservation_id, row.verdict]));

  const fresh: (Wanted & { readonly verdict: Verdict })[] = [];
  for (const one of wanted) {
    if (verdicts.has(one.reservationId)) continue;
    const place = placeOf(one.restaurantId, one.slot);
    const tables = free.get(place);
    if (tables === undefined)
      throw new PermanentError(
        `the restaurant ${JSON.stringify(one.restaurantId)} is not known: enter it in the table restaurants, then replay`,
      );
    const verdict = tables > 0 ? 'booked' : 'rejected';
    if (verdict === 'booked') free.set(place, tables - 1);
    verdicts.set(one.reservationId, verdict);
    fresh.push({ ...one, verdict });
  }
  await client.query(
    `insert into reservations (reservation_id, restaurant_id, slot, party_size, verdict)
       select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::integer[], $5::text[])`,
    [
      fresh.map((one) => one.reservationId),
      fresh.map((one) => one.restaurantId),
      fresh.map((one) => one.slot),
      fresh.map((one) => one.partySize),
      fresh.map((one) => one.verdict),
    ],
  );
  const booked = fresh.filter((one) => one.verdict === 'booked');
  await client.query(
    `update slots s set booked = s.booked + w.n
       from (select restaurant_id, slot, count(*) as n from unnest($1::text[], $2::timestamptz[]) b (restaurant_id, slot) group by 1, 2) w
      where s.restaurant_id = w.restaurant_id and s.slot = w.slot`,
    [booked.map((one) => one.restaurantId), booked.map((one) => one.slot)],
  );
  return wanted.map((one) => verdicts.get(one.reservationId) ?? 'rejected');
}

const placeOf = (restaurantId: string, slot: string): string => `${slot} ${restaurantId}`;

/** SQLSTATEs of a transaction that another one crossed: the same again will do. 23505: another member has just entered the same id. */
const crossed = new Set(['40001', '40P01', '55P03', '23505']);

/** Whose fault it is: the record's (class 22, data, and 23, constraints), nobody's, or the database's, which `away` is told then. */
function classified(thrown: unknown, away: (error: Error) => void): Error {
  if (thrown instanceof PermanentError || thrown instanceof TransientError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = codeOf(error);
  const options = { cause: error };
  if (code !== undefined && crossed.has(code)) return new TransientError(`another booking came between: ${error.message}`, options);
  if (code !== undefined && /^2[23]/.test(code)) return new PermanentError(`the database refuses it: ${error.message} (${code})`, options);
  away(error);
  return new TransientError(`the database takes nothing now: ${error.message}`, options);
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function passwordOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    throw new ConfigurationError([`DATABASE_PASSWORD_FILE is "${file}", which cannot be read: ${causeOf(error).message}`]);
  }
}

/** As `connectionString` would be read, but that one puts its own lack of a password above the one that is given beside it. */
function addressOf(url: string): pg.PoolConfig {
  const { hostname, port, username, pathname, searchParams } = new URL(url);
  const mode = searchParams.get('sslmode') ?? 'disable';
  if (!['disable', 'verify-full'].includes(mode))
    throw new ConfigurationError([
      `DATABASE_URL says sslmode=${mode}: give verify-full, which knows the server by the certificates of Node and of NODE_EXTRA_CA_CERTS, or disable`,
    ]);
  return {
    host: hostname,
    port: port === '' ? 5_432 : Number(port),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    ssl: mode === 'verify-full',
  };
}
