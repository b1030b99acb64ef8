import { at, isGiven, listAt, shown, textAt } from './resource.js';
import { clusterOperator, rule, type Rule, type Subject } from './rule.js';
import { strimziOf, type System } from './system.js';

const source = clusterOperator('model/KafkaConnectBuild');

/** A Connect whose image the operator builds. */
const builds = (system: System): Subject[] =>
  strimziOf(system, 'KafkaConnect')
    .filter((resource) => isGiven(at(resource, 'spec', 'build')))
    .map((resource) => ({ resource }));

const isDocker = ({ resource }: Subject): boolean => textAt(resource, 'spec', 'build', 'output', 'type') === 'docker';

interface PluginView extends Subject {
  readonly index: number;
  readonly name: string | undefined;
  readonly others: readonly (string | undefined)[];
}

const plugins = (system: System): PluginView[] =>
  builds(system).flatMap(({ resource }) => {
    const names = listAt(resource, 'spec', 'build', 'plugins').map((plugin) => textAt(plugin, 'name'));
    return names.map((name, index) => ({ resource, index, name, others: names.slice(0, index) }));
  });

interface ArtifactView extends Subject {
  readonly path: string;
  readonly type: string;
  readonly missing: readonly string[];
}

const byUrl: readonly string[] = ['url'];
/** What each type of artifact is found by. */
const needed: Readonly<Record<string, readonly string[]>> = {
  jar: byUrl,
  tgz: byUrl,
  zip: byUrl,
  other: byUrl,
  maven: ['group', 'artifact', 'version'],
};

const artifacts = (system: System): ArtifactView[] =>
  builds(system).flatMap(({ resource }) =>
    listAt(resource, 'spec', 'build', 'plugins').flatMap((plugin, i) =>
      listAt(plugin, 'artifacts').map((artifact, j) => {
        const type = textAt(artifact, 'type') ?? '';
        const missing = (Object.hasOwn(needed, type) ? (needed[type] ?? []) : []).filter((field) => !textAt(artifact, field));
        return { resource, path: `spec.build.plugins[${i}].artifacts[${j}]`, type, missing };
      }),
    ),
  );

const both = ['--authfile', '--cert-dir', '--creds', '--retry', '--retry-delay', '--tls-verify'] as const;
/** Options that Buildah may be given, by the field that gives them. */
const allowedOptions: Readonly<Record<string, readonly string[]>> = {
  additionalBuildOptions: [...both, '--decryption-key'],
  additionalPushOptions: [...both, '--quiet'],
};

interface OptionView extends Subject {
  readonly field: string;
  readonly index: number;
  readonly option: string;
  readonly allowed: readonly string[];
}

const buildOptions = (system: System): OptionView[] =>
  builds(system)
    .filter(isDocker)
    .flatMap(({ resource }) =>
      Object.entries(allowedOptions).flatMap(([field, allowed]) =>
        listAt(resource, 'spec', 'build', 'output', field).map((option, index) => ({
          resource,
          field,
          index,
          option: shown(option),
          allowed,
        })),
      ),
    );

export const connectBuildRules: readonly Rule[] = [
  rule<Subject>({
    id: 'connect-build-image-same',
    severity: 'error',
    source,
    what: 'a build whose result replaces the image it starts from',
    covers: ['connect-build'],
    subjects: (system) => builds(system).filter(isDocker),
    broken: ({ resource }) => {
      const image = textAt(resource, 'spec', 'image');
      return image !== undefined && image === textAt(resource, 'spec', 'build', 'output', 'image');
    },
    path: 'spec.image',
    message: ({ resource }) =>
      `spec.image and spec.build.output.image are both ${textAt(resource, 'spec', 'image') ?? ''}: the image to start from would be overwritten, and the operator refuses it; remove spec.image, or push elsewhere`,
  }),
  rule<PluginView>({
    id: 'connect-build-plugin-twice',
    severity: 'error',
    source,
    what: 'two plugins of a build with one name',
    covers: ['connect-build'],
    subjects: plugins,
    broken: ({ name, others }) => name !== undefined && others.includes(name),
    path: ({ index }) => `spec.build.plugins[${index}].name`,
    message: ({ name = '' }) =>
      `plugin ${name} is in spec.build.plugins twice: the operator refuses the build; join the two, or rename one`,
  }),
  rule<Subject>({
    id: 'connect-build-empty',
    severity: 'warning',
    source,
    what: 'a build without a plugin',
    covers: ['connect-build'],
    subjects: builds,
    // A list that is missing the schema names.
    broken: ({ resource }) => {
      const list = at(resource, 'spec', 'build', 'plugins');
      return Array.isArray(list) && list.length === 0;
    },
    path: 'spec.build.plugins',
    message: ({ resource }) =>
      `KafkaConnect ${resource.metadata.name} builds an image without a plugin: it adds nothing to Strimzi's own; name a plugin, or remove build`,
  }),
  rule<ArtifactView>({
    id: 'connect-build-artifact-incomplete',
    severity: 'error',
    source: clusterOperator('model/KafkaConnectDockerfile'),
    what: 'an artifact of a build that cannot be found',
    covers: ['connect-build'],
    subjects: artifacts,
    broken: ({ missing }) => missing.length > 0,
    path: ({ path }) => path,
    message: ({ path, type, missing }) =>
      `${path} of type ${type} has no ${missing.join(', ')}: the operator could not fetch it, and refuses the build; write ${type === 'maven' ? 'the coordinates' : 'the address to download it from'}`,
  }),
  rule<OptionView>({
    id: 'connect-build-option-forbidden',
    severity: 'error',
    source,
    what: 'an option that Buildah may not be given',
    covers: ['connect-build'],
    subjects: buildOptions,
    broken: ({ option, allowed }) => !allowed.includes(option.split('=')[0] ?? ''),
    path: ({ field, index }) => `spec.build.output.${field}[${index}]`,
    message: ({ field, option, allowed }) =>
      `${option} in ${field} is not allowed: the operator refuses the build; it takes ${allowed.join(', ')} (Kaniko's options only with the feature gate -UseConnectBuildWithBuildah)`,
  }),
];
