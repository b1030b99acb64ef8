import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError, type OpensHandler } from '../handler.js';
import { eventOf } from './event.js';

const brace = 0x7b;

/**
 * Labs 1.2 and 1.3: work that takes CONSUMER_WORK_MS; for 0 not even a turn of the event loop. What begins as a JSON object must be one, and
 * there must be something; what else a load consists of is nobody's business here.
 */
export const simulatedWork: OpensHandler = ({ workMs }) => ({
  handle(record) {
    try {
      if (record.value === null) throw new PermanentError('the record has no value: there is nothing to work on');
      if (record.value[0] === brace) eventOf(record);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return workMs === 0 ? undefined : sleep(workMs);
  },
});
