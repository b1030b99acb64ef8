import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSchedule } from '../../workers/producing/schedule.js';

describe('the schedule of a steady rate', () => {
  it('owes the same number whenever it is asked, however late: no drift', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 50 }),
        (rate, steps) => {
          const schedule = createSchedule(rate, 0, 1_000);
          let now = 1_000;
          let made = 0;
          for (const step of steps) {
            now += step;
            for (let due = schedule.due(now); due > 0; due -= 1) {
              schedule.take();
              made += 1;
            }
          }
          expect(made).toBe(Math.floor(((now - 1_000) * rate) / 1000) + 1);
        },
      ),
    );
  });

  it('never owes more than the total', () => {
    const schedule = createSchedule(1_000, 3, 0);
    expect(schedule.due(1_000_000)).toBe(3);
  });

  it('says how long to wait for the next', () => {
    const schedule = createSchedule(200, 0, 0);
    schedule.take();
    expect(schedule.wait(2)).toBe(3);
    expect(schedule.wait(50)).toBe(0);
  });

  it('owes nothing for a pause that is skipped', () => {
    const schedule = createSchedule(100, 0, 0);
    while (schedule.due(1_000) > 0) schedule.take();
    schedule.skip(5_000);
    expect(schedule.due(6_000)).toBe(0);
    expect(schedule.due(6_100)).toBe(10);
  });
});
