import { assign, numberedMembers } from '../../constructs/model/assignors.js';
import { kafkaOptions } from '../../constructs/model/kafka-options.js';
import { spreadKeys, weigh } from '../../constructs/model/key-spread.js';
import { expandKeys, murmur2, partitionFor } from '../../constructs/model/keys.js';
import type { Claim } from './claim.js';

/** Claims that arithmetic settles. */
export const computedClaims: readonly Claim[] = [
  {
    id: 'round-robin-counts',
    says: 'Round-robin gives 12 partitions to 5 members as 3-2-3-2-2.',
    judge: () => {
      const given = [...assign('roundrobin', { orders: 12 }, numberedMembers(5)).values()].map((partitions) => partitions.length);
      return {
        is: 'false',
        figure: `It gives ${given.join('-')}: the members in order take one each until none is left, so the larger shares come first.`,
        by: '`muster assign --partitions 12 --members 5 --strategy roundrobin`',
      };
    },
  },
  {
    id: 'customer-a-partition',
    says: 'customer-A lands on partition 3 (of 6).',
    judge: () => {
      const partition = partitionFor('customer-A', 6);
      return {
        is: partition === 3 ? 'true' : 'false',
        figure: `murmur2 puts it on partition ${String(partition)} of 6, as Java and kafkajs do; with another number of partitions it is another.`,
        by: '`muster keys customer-A --partitions 6`',
      };
    },
  },
  {
    id: 'absolute-hash',
    says: '`Math.Abs(murmur2(key)) % partitions` is Kafka’s formula.',
    judge: () => {
      const keys = expandKeys('customer-{0001..1000}');
      const partitions = 6;
      const different = keys.filter((key) => Math.abs(murmur2(key) | 0) % partitions !== partitionFor(key, partitions)).length;
      return {
        is: 'false',
        figure: `Kafka clears the sign bit (\`hash & 0x7fffffff\`). Of 1 000 customers on 6 partitions ${String(different)} go elsewhere with the absolute value; and of the hash -2³¹ there is none in 32 bits.`,
        by: '`constructs/model/keys.ts` against the formula claimed',
      };
    },
  },
  {
    id: 'restaurants-spread',
    says: 'restaurantId as key spreads evenly: 50 restaurants on 24 partitions are about 2 each.',
    judge: () => {
      const spread = spreadKeys(weigh(expandKeys('restaurant-{1..50}')), 24);
      const keys = spread.partitions.map((one) => one.keys);
      const empty = keys.filter((count) => count === 0).length;
      return {
        is: 'true only when',
        condition: 'there are many more keys than partitions',
        figure: `Of 24 partitions ${String(empty)} get no restaurant and the fullest gets ${String(Math.max(...keys))}; 2.1 is the mean, and no more.`,
        by: '`muster keys "restaurant-{1..50}" --partitions 24`',
      };
    },
  },
  {
    id: 'offsets-retention',
    says: 'Committed offsets live 7 days after a group is gone.',
    judge: () => {
      const minutes = Number(kafkaOptions('broker')['offsets.retention.minutes']?.default);
      return {
        is: 'true only when',
        condition: 'nobody has set offsets.retention.minutes, and the group has no member in all that time',
        figure: `The default of offsets.retention.minutes is ${minutes.toLocaleString('en').replaceAll(',', ' ')}, which is ${String(minutes / 1_440)} days. The clock starts when the last member has left; a topic that is deleted takes its offsets along at once.`,
        by: 'the option as Kafka’s own jars define it',
      };
    },
  },
];
