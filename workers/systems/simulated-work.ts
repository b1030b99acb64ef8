import { setTimeout as sleep } from 'node:timers/promises';
import type { OpensHandler } from '../handler.js';

/** Work that takes CONSUMER_WORK_MS; nothing at all, not even a turn of the event loop, for 0. */
export const simulatedWork: OpensHandler = ({ workMs }) => ({ handle: workMs === 0 ? () => undefined : () => sleep(workMs) });
