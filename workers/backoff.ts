import { setTimeout as sleep } from 'node:timers/promises';

const firstMs = 50;
const longestMs = 1_000;

/** Waits between two attempts: 50 ms, doubled each time up to 1 s, less up to a fifth so that siblings do not march in step. */
export async function backOff(attempt: number, signal?: AbortSignal): Promise<void> {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 10));
  await sleep(full * (1 - Math.random() / 5), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
