/** A steady rate on an absolute schedule: how late a record leaves never shifts those after it. Times are ms of a clock that does not jump. */
export interface Schedule {
  /** Records that should have been made by `now` and have not been taken yet. */
  due(now: number): number;
  /** Takes one of those due. */
  take(): void;
  /** Ms from `now` until the next is due, 0 or more. */
  wait(now: number): number;
  /** Forgets what became due during a pause: the schedule goes on as if the pause had not been. */
  skip(ms: number): void;
}

/** @param ratePerSecond records a second. @param total records in all; 0: without end. */
export function createSchedule(ratePerSecond: number, total: number, start: number): Schedule {
  let origin = start;
  let taken = 0;
  const perMs = ratePerSecond / 1000;
  return {
    due: (now) => Math.min(Math.floor((now - origin) * perMs) + 1, total === 0 ? Infinity : total) - taken,
    take: () => {
      taken += 1;
    },
    wait: (now) => Math.max(0, origin + taken / perMs - now),
    skip: (ms) => {
      origin += ms;
    },
  };
}
