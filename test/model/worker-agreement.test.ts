import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkResources } from '../../constructs/model/check.js';
import { apiSettings, consumerSettings, producerSettings } from '../../workers/config.js';
import { apiContract, consumerContract, producerContract, type Contract, type Setting } from '../../workers/contract.js';
import { contracts, resourcesOf, soundSystem } from './system-fixture.js';

// A worker refuses at its start what it cannot do. The rules refuse it earlier; neither may know something that the other does not.
function values(name: string, setting: Setting): fc.Arbitrary<string | undefined> {
  const left = fc.constant(undefined);
  switch (setting.type) {
    case 'choice':
      return fc.oneof(
        { weight: 40, arbitrary: left },
        { weight: 20, arbitrary: fc.constantFrom(...setting.values) },
        { weight: 1, arbitrary: fc.constant('nonsense') },
      );
    case 'integer': {
      const { min, max, default: usual = min } = setting;
      const near = [min, usual, usual + 1, usual * 3, Math.floor(usual / 3), max].filter((n) => n >= min && n <= max).map(String);
      return fc.oneof(
        { weight: 60, arbitrary: left },
        { weight: 20, arbitrary: fc.constantFrom(...near) },
        { weight: 1, arbitrary: fc.constantFrom(String(max + 1), String(min - 1), '3s', '') },
      );
    }
    case 'text':
      if (/^KAFKA_(SASL|SSL)_/.test(name)) return fc.constantFrom(undefined, undefined, undefined, '', '/etc/muster/a-file');
      // Topics that the fixture does not declare are another rule's.
      if (/^(CONSUMER|PRODUCER)_(\w+_)?TOPIC$/.test(name))
        return fc.constantFrom(undefined, undefined, undefined, 'sales.order.created', '');
      return name === 'PRODUCER_KEYS' ? fc.constantFrom(undefined, undefined, 'vip', 'customer-{001..100}', 'a{1..2}', '{B..A}', '') : left;
  }
}

function settings(contract: Contract): fc.Arbitrary<Record<string, string>> {
  const given = Object.fromEntries(Object.entries(contract).map(([name, setting]) => [name, values(name, setting)]));
  const required = {
    KAFKA_BOOTSTRAP_SERVERS: 'bhf-kafka-kafka-bootstrap:9092',
    KAFKA_TOPIC: 'sales.order.created',
    KAFKA_CLIENT_ID: 'pod-1',
  };
  return fc
    .tuple(fc.record(given), fc.constantFrom<Record<string, string>>({}, {}, {}, {}, {}, {}, {}, { KAFKA_TOPICS: 'typo' }))
    .map(([some, typo]) => ({
      ...(Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined)) as Record<string, string>),
      ...required,
      ...typo,
    }));
}

it.each([
  ['consumer', consumerContract, consumerSettings],
  ['producer', producerContract, producerSettings],
  ['api', apiContract, apiSettings],
] as const)('the rules refuse what a worker of the kind %s would refuse, and nothing else', (component, contract, parse) => {
  fc.assert(
    fc.property(settings(contract), (env) => {
      const objects = soundSystem();
      const worker = component === 'api' ? objects.producer : objects[component];
      worker.metadata.labels['app.kubernetes.io/component'] = component;
      const pod = worker.spec.template.spec;
      pod.containers[0].env = Object.entries(env).map(([name, value]) => ({ name, value }));
      // What is judged here is the environment, not the pod around it.
      pod.terminationGracePeriodSeconds = 3_600;
      pod.containers[0].resources = { limits: { cpu: 1, memory: '4Gi' } };
      Reflect.deleteProperty(objects, 'quota');
      const found = checkResources(resourcesOf(objects), { contracts }).filter(({ severity }) => severity === 'error');
      let refused = '';
      try {
        parse(env);
      } catch (error) {
        refused = String(error);
      }
      expect({ refused, refuses: refused !== '' }).toEqual({ refused, refuses: found.length > 0 });
    }),
    { numRuns: 500 },
  );
});
