import { config, type Case } from './case.js';
import { bridge, connect, mirror } from './clients.js';
import type { Loose, Objects } from '../system-fixture.js';

const listen = (o: Objects, listenerConfig: Loose): void =>
  void o.kafka.spec.kafka.listeners.push({
    name: 'custom',
    port: 9095,
    type: 'internal',
    tls: true,
    authentication: { type: 'custom', sasl: true, listenerConfig },
  });

/** A config map somewhere, an option that passes there, and one that the operator drops. */
const client = (make: (config: Loose) => Loose, path: string, passes: string, drops: string, says: string): Case => ({
  rule: 'client-option-forbidden',
  accepts: (o) => void (o['client'] = make({ [passes]: 'x' })),
  refuses: (o) => void (o['client'] = make({ [drops]: 'x' })),
  says: [`${drops} (x)`, 'set by Strimzi itself', says],
  path: `${path}.${drops}`,
});

export const reservedCases: readonly Case[] = [
  ...[
    'zookeeper.clientCnxnSocket',
    'client.quota.callback.static.other',
    'broker.session.timeout.ms',
    'group.initial.rebalance.delay.ms',
  ].map((passes): Case => ({
    rule: 'broker-option-forbidden',
    accepts: (o) => void (config(o)[passes] = 'x'),
    refuses: (o) => void (config(o)['Broker.session.timeout.ms'] = 'x'),
    says: ['Broker.session.timeout.ms (x) is set by Strimzi itself'],
    path: 'spec.kafka.config.Broker.session.timeout.ms',
  })),
  {
    rule: 'broker-option-forbidden',
    accepts: (o) => void (config(o)['listener.name.plain-9092.max.connections'] = 10),
    refuses: (o) => void (config(o)['listener.name.other-9092.max.connections'] = 10),
    says: ['listener.name.other-9092.max.connections (10)'],
    path: 'spec.kafka.config.listener.name.other-9092.max.connections',
  },
  {
    rule: 'broker-option-forbidden',
    accepts: (o) => listen(o, { 'ssl.truststore.location': 'x' }),
    refuses: (o) => listen(o, { 'ssl.keystore.location': {} }),
    says: ['ssl.keystore.location (a map) is set by Strimzi itself'],
    path: 'spec.kafka.listeners[1].authentication.listenerConfig.ssl.keystore.location',
  },
  ...['self.healing.goals', 'ssl.keystore.location', 'webserver.http.port'].map((option): Case => ({
    rule: 'cruise-control-option-forbidden',
    accepts: (o) => void (o.kafka.spec.cruiseControl = { config: { 'webserver.http.cors.enabled': true } }),
    refuses: (o) => void (o.kafka.spec.cruiseControl = { config: { [option]: 'x' } }),
    says: [`${option} (x) is set by Strimzi itself`, 'remove it'],
    path: `spec.cruiseControl.config.${option}`,
  })),
  client((c) => connect({ config: c }), 'spec.config', 'ssl.cipher.suites', 'group.id', 'write groupId'),
  client((c) => connect({ config: c }), 'spec.config', 'plugin.discovery', 'plugin.path', 'use build or plugins'),
  client(
    (c) => mirror({ config: c }),
    'spec.target.config',
    'offset.flush.interval.ms',
    'offset.storage.topic',
    'write offsetStorageTopic',
  ),
  client((c) => bridge({ config: c }), 'spec.config', 'bridge.idx', 'bridge.id', 'remove it'),
  client((c) => bridge({ consumer: { config: c } }), 'spec.consumer.config', 'fetch.min.bytes', 'group.id', 'remove it'),
  client((c) => bridge({ producer: { config: c } }), 'spec.producer.config', 'group.id', 'sasl.mechanism', 'use authentication'),
  client((c) => bridge({ adminClient: { config: c } }), 'spec.adminClient.config', 'retries', 'security.protocol', 'use tls'),
  client(
    (c) => bridge({ http: { tls: { certificateAndKey: { secretName: 's', certificate: 'c', key: 'k' }, config: c } } }),
    'spec.http.tls.config',
    'ssl.enabled.protocols',
    'ssl.protocol',
    'remove it',
  ),
  {
    rule: 'mirror-source-option-reserved',
    accepts: (o) => void (o['mirror'] = mirror({}, { config: { 'ssl.protocol': 'TLSv1.3' } })),
    refuses: (o) => void (o['mirror'] = mirror({}, { config: { 'sasl.mechanism': 'PLAIN' } })),
    says: ['sasl.mechanism (PLAIN)', 'overrides', 'use authentication'],
    path: 'spec.mirrors[0].source.config.sasl.mechanism',
  },
  {
    rule: 'custom-authentication-option-dropped',
    accepts: (o) => void (o['client'] = connect({ authentication: { type: 'custom', sasl: true, config: { 'sasl.mechanism': 'X' } } })),
    refuses: (o) =>
      void (o['client'] = connect({ authentication: { type: 'custom', sasl: true, config: { 'ssl.truststore.type': 'X' } } })),
    says: ['ssl.truststore.type (X)', 'ssl.keystore. or sasl.'],
    path: 'spec.authentication.config.ssl.truststore.type',
  },
];
