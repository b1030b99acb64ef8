import { MusterError } from './model/error.js';
import { formatCpu } from './model/units.js';

/** An amount of processor time, so that 500 is never taken for 500 cores. */
export class Cpu {
  static millis(amount: number): Cpu {
    return new Cpu(amount / 1000);
  }
  static cores(amount: number): Cpu {
    return new Cpu(amount);
  }

  private constructor(
    /** Cores; 0.5 is half a core. */
    readonly cores: number,
  ) {
    if (!(cores > 0)) throw new MusterError('bad-input', `an amount of CPU is above 0, not ${cores} cores`);
  }

  /** As a Kubernetes quantity: `500m`, `2`. */
  toString(): string {
    return formatCpu(this.cores);
  }
}
