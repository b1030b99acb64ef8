import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBrokers, type Brokers } from '../brokers.js';
import { killAll, until, type WorkerProcess } from '../workers/processes.js';
import { follow, write, type ReadRecord } from '../workers/topics.js';
import { declaredTopics, quickGroups, quickMember, workersOf } from './declared.js';

interface StepEvent {
  readonly lot: string;
  readonly run: number;
  readonly machine: string;
  readonly status: string;
}

// S3: strict order, and no machine twice, whatever dies.
describe('the machine line', () => {
  let brokers: Brokers;
  let start: Awaited<ReturnType<typeof workersOf>>;
  let events: readonly ReadRecord[];
  let stop: () => Promise<void>;
  beforeAll(async () => {
    brokers = await startBrokers({ config: quickGroups, topics: declaredTopics(['commandes_machines', 'machines.step.completed']) });
    start = await workersOf(brokers.bootstrap);
    ({ records: events, stop } = await follow(brokers.bootstrap, 'machines.step.completed'));
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => {
    await stop();
    await brokers.stop();
  });

  /** What the status topic says of a lot, without the marks of its readers. */
  const said = (lot: string): StepEvent[] =>
    events
      .filter(({ value }) => value?.startsWith('{') === true)
      .map(({ value }) => JSON.parse(value ?? '') as StepEvent)
      .filter((event) => event.lot === lot);
  const completed = (lot: string): string[] =>
    said(lot)
      .filter(({ status }) => status === 'completed')
      .map(({ run, machine }) => `${run} ${machine}`);
  const line = (work = '20'): WorkerProcess => start('machine-line', { ...quickMember, CONSUMER_WORK_MS: work });
  const command = async (lot: string, ...steps: readonly string[]): Promise<void> =>
    write(
      brokers.bootstrap,
      'commandes_machines',
      steps.map((machine) => ({ key: lot, value: JSON.stringify({ lot, run: 1, machine }) })),
    );

  it('killed again and again: each step is done once, and in order', async () => {
    const runs = 20;
    const control = start('line-control', { PRODUCER_RATE: '20', PRODUCER_RECORDS: String(3 * runs) });
    const killed: WorkerProcess[] = [];
    // At the beginning of the work, at its end, and between: 20 ms of work, a commit after each batch.
    for (const pause of [1, 8, 15, 22, 29, 36]) {
      const worker = line();
      killed.push(worker);
      const before = completed('lot_A').length;
      await until('a step is done', () => completed('lot_A').length > before, 40_000);
      await sleep(pause);
      worker.kill('SIGKILL');
      await worker.exit;
    }
    expect(await control.exit).toEqual({ code: 0, signal: null });
    const last = line();
    await until('all steps are done', () => completed('lot_A').length >= 3 * runs, 60_000);
    await sleep(500);
    const inOrder = Array.from({ length: runs }, (_, i) => ['M1', 'M2', 'M3'].map((machine) => `${i + 1} ${machine}`)).flat();
    expect(completed('lot_A')).toEqual(inOrder);
    // The work of a step that is cut off begins anew; work that was finished is only repeated when its event was not written any more.
    const runsOf = [...killed, last].flatMap(({ logs }) => logs.filter(({ message }) => message === 'the machine is done'));
    expect(runsOf.length).toBeLessThanOrEqual(inOrder.length);
    last.kill('SIGTERM');
    expect(await last.exit).toEqual({ code: 0, signal: null });
  }, 180_000);

  it('lets a step wait for the event of the step before it', async () => {
    const worker = line();
    await command('lot_B', 'M3', 'M2');
    await until('both wait', () => said('lot_B').length === 2);
    await sleep(300);
    expect(said('lot_B').map(({ machine, status }) => `${machine} ${status}`)).toEqual(['M3 waiting', 'M2 waiting']);
    // What waits is known to whoever comes after.
    worker.kill('SIGKILL');
    await worker.exit;
    await command('lot_B', 'M1');
    line();
    await until('all are done', () => completed('lot_B').length === 3);
    expect(completed('lot_B')).toEqual(['1 M1', '1 M2', '1 M3']);
  }, 60_000);

  it('runs no machine again for a command or an event that comes twice', async () => {
    line();
    await command('lot_C', 'M1', 'M1', 'M2', 'M1', 'M2');
    await until('both are done', () => completed('lot_C').length === 2);
    const event = JSON.stringify({ lot: 'lot_C', run: 1, machine: 'M1', status: 'completed' });
    await write(brokers.bootstrap, 'machines.step.completed', [
      { key: 'lot_C', value: event },
      { key: 'lot_C', value: 'nonsense' },
      { key: 'lot_C', value: event },
    ]);
    await command('lot_C', 'M3', 'M3');
    await until('the last is done', () => completed('lot_C').includes('1 M3'));
    await sleep(500);
    expect(completed('lot_C')).toEqual(['1 M1', '1 M2', '1 M1', '1 M1', '1 M3']);
  }, 60_000);

  it('stops for a command that nobody can read, and goes on behind it only when it is gone', async () => {
    const worker = line();
    await write(brokers.bootstrap, 'commandes_machines', [{ key: 'lot_D', value: '{"lot":"lot_D"' }]);
    await command('lot_D', 'M1');
    await until('it says so', () => worker.logs.some(({ level }) => level === 'error'));
    await sleep(500);
    expect(completed('lot_D')).toEqual([]);
  }, 60_000);
});
