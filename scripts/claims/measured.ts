import { notMeasured, type Claim } from './claim.js';

/** Claims that take a measurement of their own. */
export const measuredClaims: readonly Claim[] = [
  {
    id: 'idle-consumers',
    says: 'Idle consumers cost next to nothing.',
    measures: ['idle-member'],
    judge: ({ measures }) => {
      const idle = measures['idle-member'];
      if (idle === undefined) return notMeasured('an idle member');
      return {
        is: idle.cores < 0.02 ? 'true only when' : 'false',
        condition: 'the processor is meant: the memory is a whole worker’s, and each takes part in every rebalance',
        figure: `A member without a partition took ${(idle.cores * 100).toFixed(1)} % of a core and ${idle.mebibytes.toFixed(0)} MiB over ${String(idle.seconds)} s.`,
        by: '`muster claims`, a group of two on one partition',
      };
    },
  },
  {
    id: 'hundred-thousand-a-partition',
    says: 'A partition carries 100 000 records a second.',
    measures: ['partition-rate'],
    judge: ({ measures }) => {
      const rate = measures['partition-rate'];
      if (rate === undefined) return notMeasured('the rate of a partition');
      const enough = rate.produce >= 100_000;
      return {
        is: 'true only when',
        condition: 'records are small and come in large batches; the bound is bytes a second, and not records',
        figure: `On this machine one partition with ${String(rate.replicas)} replicas took ${thousands(rate.produce)} records of 100 bytes a second (acks=all) and gave ${thousands(rate.consume)}${enough ? '' : ', below the claim'}. With records of 1 KiB divide by ten.`,
        by: '`muster size --measure`',
      };
    },
  },
];

const thousands = (value: number): string => Math.round(value).toLocaleString('en').replaceAll(',', ' ');
