import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../configuration-error.js';
import { PermanentError, type OpensHandler, type RecordContext } from '../handler.js';
import { padding, type MakesRecords } from '../producing/record-maker.js';
import type { ConsumedRecord } from '../record.js';
import { eventOf, numberOf, textOf, type Event } from './event.js';

/** S3: the machines, in the order in which a lot goes through them. */
export const machines = ['M1', 'M2', 'M3'] as const;
type Machine = (typeof machines)[number];

/** One machine's turn in one run of a lot through the line. */
interface Step {
  readonly lot: string;
  readonly run: number;
  readonly machine: Machine;
}

/** S3: commands for one lot after the other, M1, M2, M3, and from the beginning. The key is the lot. */
export const makeMachineCommand: MakesRecords = ({ key, seq, recordBytes }) => {
  const machine = machines[seq % machines.length] ?? machines[0];
  const run = Math.floor(seq / machines.length) + 1;
  const start = `{"lot":${JSON.stringify(key)},"run":${run},"machine":"${machine}","note":"`;
  return { value: `${start}${padding(recordBytes, Buffer.byteLength(start) + 2)}"}` };
};

/** What the status topic says of a step. `waiting`: it was commanded before the step before it was done. */
type Status = 'waiting' | 'completed';

/**
 * The line as the status topic tells it. Nothing else is kept: whoever gets the partitions reads it again, so it survives restarts and
 * rebalances, and an event that stands there twice changes nothing.
 */
export function createLine() {
  const lots = new Map<string, Map<number, Map<Machine, Status>>>();
  const runOf = ({ lot, run }: Step): Map<Machine, Status> => {
    const runs = lots.get(lot) ?? new Map<number, Map<Machine, Status>>();
    lots.set(lot, runs);
    const steps = runs.get(run) ?? new Map<Machine, Status>();
    runs.set(run, steps);
    return steps;
  };
  const statusOf = (step: Step): Status | undefined => lots.get(step.lot)?.get(step.run)?.get(step.machine);
  return {
    /** A step that is completed stays so, whatever is told later. */
    learn(step: Step, status: Status): void {
      if (statusOf(step) !== 'completed') runOf(step).set(step.machine, status);
    },
    statusOf,
    /** Whether the step before it is proved to be done. */
    mayRun(step: Step): boolean {
      const before = machines[machines.indexOf(step.machine) - 1];
      return before === undefined || statusOf({ ...step, machine: before }) === 'completed';
    },
    /** The step after it. */
    next(step: Step): Step | undefined {
      const machine = machines[machines.indexOf(step.machine) + 1];
      return machine === undefined ? undefined : { ...step, machine };
    },
  };
}

/**
 * S3: reads commands, and the status events that it writes itself. A command whose predecessor is done runs its machine and says so by an
 * event; any other is written down as `waiting`, and the event that completes its predecessor triggers it. A step that is done is never
 * run again, however often its command or an event comes.
 */
export const machineLine: OpensHandler = ({ outputTopic, workMs }, { logger, readTopic }) => {
  if (outputTopic === undefined)
    throw new ConfigurationError([
      'CONSUMER_OUTPUT_TOPIC is missing: machine-line proves by events there that a step is done; set it, as to machines.step.completed, and name it in KAFKA_TOPIC too',
    ]);
  let line = createLine();
  /** By topic and partition: whose turn of ownership, and which record, was last. */
  const last = new Map<string, { readonly signal: AbortSignal; readonly offset: bigint }>();
  let turn: Promise<unknown> = Promise.resolve();

  /** What was worked on in the meantime by another member, or undone with a transaction, is only in the topic. */
  const catchUp = async (record: ConsumedRecord, { topic, partition, signal, attempt }: RecordContext): Promise<void> => {
    const place = `${topic}/${partition}`;
    const before = last.get(place);
    const offset = BigInt(record.offset);
    if (before === undefined || before.signal !== signal || offset <= before.offset || attempt > 1) {
      const read = createLine();
      await readTopic(outputTopic, (event) => {
        const told = tellingOf(event);
        if (told !== undefined) read.learn(told.step, told.status);
      });
      line = read;
      logger.info({ place, offset: record.offset }, 'the state of the line is read from the status topic');
    }
    last.set(place, { signal, offset });
  };

  const say = async (step: Step, status: Status, key: Buffer | null, { publish }: RecordContext): Promise<void> => {
    await publish({ topic: outputTopic, key, value: JSON.stringify({ ...step, status }) });
    line.learn(step, status);
  };

  const run = async (step: Step, key: Buffer | null, context: RecordContext): Promise<void> => {
    logger.info(step, 'the machine runs');
    if (workMs > 0) await sleep(workMs, undefined, { signal: context.signal });
    await say(step, 'completed', key, context);
    logger.info(step, 'the machine is done');
  };

  const onCommand = async (step: Step, key: Buffer | null, context: RecordContext): Promise<void> => {
    const status = line.statusOf(step);
    if (status === 'completed') logger.warn(step, 'commanded again after it was done: not run again');
    else if (status === 'waiting') logger.warn(step, 'commanded again while it waits');
    else if (line.mayRun(step)) await run(step, key, context);
    else {
      logger.warn(step, 'the step before it is not done: it waits');
      await say(step, 'waiting', key, context);
    }
  };

  const onEvent = async ({ step, status }: Telling, key: Buffer | null, context: RecordContext): Promise<void> => {
    line.learn(step, status);
    const due = status === 'waiting' ? step : line.next(step);
    if (due !== undefined && line.statusOf(due) === 'waiting' && line.mayRun(due)) await run(due, key, context);
  };

  return {
    // One at a time, whatever the partitions: both inputs decide on the same state.
    handle(record, context) {
      const mine = turn.then(async () => {
        await catchUp(record, context);
        if (context.topic !== outputTopic) await onCommand(stepOf(eventOf(record)), record.key, context);
        else {
          const told = tellingOf(record);
          if (told !== undefined) await onEvent(told, record.key, context);
        }
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
};

function stepOf(event: Event): Step {
  const machine = machines.find((one) => one === event['machine']);
  if (machine === undefined)
    throw new PermanentError(`the field machine is ${JSON.stringify(event['machine'])}: one of ${machines.join(', ')} is wanted`);
  return { lot: textOf(event, 'lot'), run: numberOf(event, 'run', 1), machine };
}

interface Telling {
  readonly step: Step;
  readonly status: Status;
}

/** What a record of the status topic says; undefined when it says nothing of a step, as a reader's mark does. */
function tellingOf(record: Pick<ConsumedRecord, 'value'>): Telling | undefined {
  try {
    const event = eventOf(record);
    const status = event['status'];
    return status === 'waiting' || status === 'completed' ? { step: stepOf(event), status } : undefined;
  } catch (error) {
    // Somebody's nonsense in the status topic proves nothing, and must not stop the line.
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}
