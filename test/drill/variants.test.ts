import { describe, expect, it } from '@jest/globals';
import { variantsOf } from '../../scripts/commands/drill-variants.js';

describe('variants of a drill', () => {
  it('one way is no comparison', () => {
    expect(variantsOf([], [])).toEqual([{ label: '' }]);
    expect(variantsOf(['librdkafka'], ['cooperative'])).toEqual([{ label: 'cooperative', client: 'librdkafka', protocol: 'cooperative' }]);
    // kafkajs refuses it later, with the manifest's client in the sentence.
    expect(variantsOf([], ['cooperative'])).toEqual([{ label: 'cooperative', protocol: 'cooperative' }]);
  });

  it('protocols are compared on one client, which has them all', () => {
    expect(variantsOf([], ['eager', 'cooperative', 'consumer'])).toEqual(
      ['eager', 'cooperative', 'consumer'].map((protocol) => ({ label: protocol, client: 'librdkafka', protocol })),
    );
  });

  it('clients are compared as the manifest has them, or with each protocol that they know', () => {
    expect(variantsOf(['kafkajs', 'librdkafka'], [])).toEqual([
      { label: 'kafkajs', client: 'kafkajs' },
      { label: 'librdkafka', client: 'librdkafka' },
    ]);
    expect(variantsOf(['kafkajs', 'librdkafka'], ['eager', 'cooperative']).map(({ label }) => label)).toEqual([
      'kafkajs, eager',
      'librdkafka, eager',
      'librdkafka, cooperative',
    ]);
  });

  it('kafkajs with what it does not know is refused', () => {
    expect(() => variantsOf(['kafkajs'], ['cooperative', 'consumer'])).toThrow(/kafkajs knows eager alone; take --client librdkafka/);
  });
});
