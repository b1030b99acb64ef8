import { expect, it } from '@jest/globals';
import { catalogue } from '../../scripts/drill/catalogue.js';
import { brokerDefects } from './defects/of-brokers.js';
import { groupDefects } from './defects/of-groups.js';
import { memberDefects } from './defects/of-members.js';

it('every scenario of the catalogue has one defect that makes it fail', () => {
  const seeded = [...memberDefects, ...groupDefects, ...brokerDefects].map(({ scenario }) => scenario);
  expect(seeded.sort()).toEqual(catalogue.map(({ name }) => name).sort());
});
