import { strimzi, type Case } from './case.js';
import { bridge, connect, mirror } from './clients.js';
import type { Loose, Objects } from '../system-fixture.js';

const certificateAndKey = { secretName: 'me', certificate: 'user.crt', key: 'user.key' };
const passwordSecret = { secretName: 'me', password: 'password' };
const put = (o: Objects, client: Loose): void => void (o['client'] = client);

/** Every place where a client says who it is. */
const places: readonly { path: string; make: (more: Loose) => Loose }[] = [
  { path: 'spec', make: connect },
  { path: 'spec', make: bridge },
  { path: 'spec.target', make: mirror },
  { path: 'spec.mirrors[0].source', make: (more) => mirror({}, more) },
];

const connector = (o: Objects, label = 'connect'): void => void (o['connector'] = strimzi('KafkaConnector', 'sink', { class: 'x' }, label));
const build = (o: Objects, more: Loose, spec: Loose = {}): void =>
  put(o, connect({ ...spec, build: { output: { type: 'docker', image: 'registry.example/built:1' }, plugins: [], ...more } }));
const plugin = (name: string, ...artifacts: Loose[]): Loose => ({ name, artifacts });
const jar = { type: 'jar', url: 'https://example.com/a.jar' };

export const connectCases: readonly Case[] = [
  ...places.flatMap(({ path, make }): Case[] => [
    {
      rule: 'client-certificate-missing',
      accepts: (o) => put(o, make({ tls: {}, authentication: { type: 'tls', certificateAndKey } })),
      refuses: (o) => put(o, make({ tls: {}, authentication: { type: 'tls' } })),
      says: ['without certificateAndKey', 'user.crt'],
      path: `${path}.authentication`,
    },
    ...['scram-sha-256', 'scram-sha-512', 'plain'].map((type): Case => ({
      rule: 'client-password-missing',
      accepts: (o) => put(o, make({ authentication: { type, username: 'me', passwordSecret } })),
      refuses: (o) => put(o, make({ authentication: { type, username: 'me' } })),
      says: [`authenticates by ${type} without passwordSecret`, 'password: password'],
      path: `${path}.authentication`,
    })),
    {
      rule: 'client-tls-missing',
      accepts: (o) => put(o, make({ tls: {}, authentication: { type: 'tls', certificateAndKey } })),
      refuses: (o) => put(o, make({ authentication: { type: 'tls', certificateAndKey } })),
      says: ['has no tls', 'trustedCertificates'],
      path: `${path}.tls`,
    },
  ]),
  {
    rule: 'connector-label-missing',
    accepts: (o) => connector(o),
    refuses: (o) => {
      put(o, connect({}));
      connector(o);
      delete o['connector'].metadata.labels;
    },
    says: ['KafkaConnector sink has no label', 'KafkaConnect, connect'],
    path: 'metadata.labels.strimzi.io/cluster',
  },
  {
    rule: 'connector-connect-unknown',
    accepts: (o) => connector(o, 'elsewhere'),
    refuses: (o) => {
      put(o, connect({}));
      connector(o, 'elsewhere');
    },
    says: ['KafkaConnect "elsewhere"', 'to connect'],
    path: 'metadata.labels.strimzi.io/cluster',
  },
  {
    rule: 'connector-resources-unused',
    accepts: (o) => {
      put(o, connect({}));
      o['client'].metadata.annotations['strimzi.io/use-connector-resources'] = 'true';
      connector(o);
    },
    refuses: (o) => {
      put(o, connect({}));
      connector(o);
    },
    says: ['KafkaConnect connect has no annotation strimzi.io/use-connector-resources: "true"', 'KafkaConnector sink'],
    path: 'metadata.annotations.strimzi.io/use-connector-resources',
  },
  {
    rule: 'connect-plugin-without-artifacts',
    accepts: (o) => put(o, connect({ plugins: [plugin('sink-a', { type: 'image', reference: 'x:1' })] })),
    refuses: (o) => put(o, connect({ plugins: [plugin('sink-a')] })),
    says: ['plugin sink-a of KafkaConnect connect', 'name an image'],
    path: 'spec.plugins[0].artifacts',
  },
  {
    rule: 'bridge-without-http',
    accepts: (o) => put(o, bridge({ http: {} })),
    refuses: (o) => put(o, bridge({ http: undefined })),
    says: ['KafkaBridge bridge has no spec.http', 'port: 8080'],
    path: 'spec.http',
  },
  {
    rule: 'connect-build-image-same',
    accepts: (o) => build(o, {}, { image: 'registry.example/base:1' }),
    refuses: (o) => build(o, {}, { image: 'registry.example/built:1' }),
    says: ['both registry.example/built:1', 'push elsewhere'],
    path: 'spec.image',
  },
  {
    rule: 'connect-build-plugin-twice',
    accepts: (o) => build(o, { plugins: [plugin('sink-a', jar), plugin('sink-b', jar)] }),
    refuses: (o) => build(o, { plugins: [plugin('sink-a', jar), plugin('sink-b', jar), plugin('sink-a', jar)] }),
    says: ['plugin sink-a', 'twice', 'rename one'],
    path: 'spec.build.plugins[2].name',
  },
  {
    rule: 'connect-build-empty',
    accepts: (o) => build(o, { plugins: [plugin('sink-a', jar)] }),
    refuses: (o) => build(o, {}),
    says: ['without a plugin', 'remove build'],
    path: 'spec.build.plugins',
  },
  ...['jar', 'tgz', 'zip', 'other'].map((type): Case => ({
    rule: 'connect-build-artifact-incomplete',
    accepts: (o) => build(o, { plugins: [plugin('sink-a', { type, url: 'https://example.com/a' })] }),
    refuses: (o) => build(o, { plugins: [plugin('sink-a', { type })] }),
    says: [`of type ${type} has no url`, 'the address'],
    path: 'spec.build.plugins[0].artifacts[0]',
  })),
  {
    rule: 'connect-build-artifact-incomplete',
    accepts: (o) => build(o, { plugins: [plugin('sink-a', { type: 'maven', group: 'g', artifact: 'a', version: '1' })] }),
    refuses: (o) => build(o, { plugins: [plugin('sink-a', { type: 'maven', artifact: 'a', version: '' })] }),
    says: ['has no group, version', 'coordinates'],
    path: 'spec.build.plugins[0].artifacts[0]',
  },
  {
    rule: 'connect-build-option-forbidden',
    accepts: (o) => build(o, { output: { type: 'docker', image: 'x:1', additionalBuildOptions: ['--retry=3', '--decryption-key'] } }),
    refuses: (o) => build(o, { output: { type: 'docker', image: 'x:1', additionalBuildOptions: ['--retry=3', '--squash'] } }),
    says: ['--squash in additionalBuildOptions', '--tls-verify', 'feature gate'],
    path: 'spec.build.output.additionalBuildOptions[1]',
  },
  {
    rule: 'connect-build-option-forbidden',
    accepts: (o) => build(o, { output: { type: 'docker', image: 'x:1', additionalPushOptions: ['--quiet'] } }),
    refuses: (o) => build(o, { output: { type: 'docker', image: 'x:1', additionalPushOptions: ['--decryption-key'] } }),
    says: ['--decryption-key in additionalPushOptions'],
    path: 'spec.build.output.additionalPushOptions[0]',
  },
];
