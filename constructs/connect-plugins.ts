import { MusterError } from './model/error.js';

/** One file of a plugin, by where it is taken from. */
export interface ConnectArtifact {
  readonly type: 'jar' | 'tgz' | 'zip' | 'other';
  readonly url: string;
  /** Without it a changed file goes unnoticed. @default none */
  readonly sha512sum?: string;
}

/** One file of a plugin, by its Maven coordinates. */
export interface MavenArtifact {
  readonly type: 'maven';
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

export interface ConnectPlugin {
  /** 2 or more lower-case letters, digits, `-`, `_`. */
  readonly name: string;
  readonly artifacts: readonly (ConnectArtifact | MavenArtifact)[];
}

/** Where the connectors' code comes from. */
export interface IConnectPlugins {
  spec(): object;
}

/** The ways to bring plugins into Connect. */
export class ConnectPlugins implements IConnectPlugins {
  /** An image of your own that holds them. */
  static image(image: string): ConnectPlugins {
    return new ConnectPlugins({ image });
  }

  /** Built on OpenShift by Strimzi into an ImageStream, which must be there. */
  static imageStream(tag: string, plugins: readonly ConnectPlugin[]): ConnectPlugins {
    return ConnectPlugins.built({ type: 'imagestream', image: tag }, plugins);
  }

  /** Built by Strimzi and pushed to a registry. */
  static registry(image: string, pushSecret: string, plugins: readonly ConnectPlugin[]): ConnectPlugins {
    return ConnectPlugins.built({ type: 'docker', image, pushSecret }, plugins);
  }

  /** Images that hold one plugin each, mounted into Connect's own image: nothing is built. */
  static mounted(images: Readonly<Record<string, string>>): ConnectPlugins {
    return new ConnectPlugins({
      plugins: Object.entries(images).map(([name, reference]) => ({ name, artifacts: [{ type: 'image', reference }] })),
    });
  }

  private static built(output: object, plugins: readonly ConnectPlugin[]): ConnectPlugins {
    const empty = plugins.find(({ artifacts }) => artifacts.length === 0);
    const twice = plugins.find(({ name }, i) => plugins.findIndex((other) => other.name === name) < i);
    if (plugins.length === 0 || empty !== undefined || twice !== undefined) {
      throw new MusterError(
        'bad-input',
        `a build of Connect ${empty === undefined ? (twice === undefined ? 'needs a plugin or more' : `has plugin ${twice.name} twice`) : `has plugin ${empty.name} without artifacts`}: the operator would refuse it`,
      );
    }
    return new ConnectPlugins({ build: { output, plugins } });
  }

  private constructor(private readonly fields: object) {}

  spec(): object {
    return this.fields;
  }
}
