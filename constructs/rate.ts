import { MusterError } from './model/error.js';

/** Records over time, so that 200 is never taken for 200 an hour. */
export class Rate {
  static perSecond(records: number): Rate {
    return new Rate(records);
  }
  static perMinute(records: number): Rate {
    return new Rate(records / 60);
  }
  static perHour(records: number): Rate {
    return new Rate(records / 3600);
  }

  private constructor(
    /** Records a second; may be a fraction. */
    readonly recordsPerSecond: number,
  ) {
    if (!(recordsPerSecond > 0)) throw new MusterError('bad-input', `a rate is above 0, not ${recordsPerSecond} records/s`);
  }
}
