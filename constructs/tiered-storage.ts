/** Where closed segments go, so that brokers keep the newest only. Topics turn it on by their option `remote.storage.enable`. */
export interface ITieredStorage {
  spec(): object;
}

export interface RemoteStorageManager {
  /** Java class of the plugin. */
  readonly className: string;
  /** Path of its jars within the image. */
  readonly classPath: string;
  /** Its options, without the prefix `rsm.config.`. @default none */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
}

/** Kafka's tiered storage, by a plugin that the image holds. */
export class TieredStorage implements ITieredStorage {
  static custom(manager: RemoteStorageManager): TieredStorage {
    return new TieredStorage(manager);
  }

  private constructor(private readonly manager: RemoteStorageManager) {}

  spec(): object {
    const { className, classPath, config } = this.manager;
    // Kafka's options are text, and the CRD takes nothing else here.
    const texts = config && Object.fromEntries(Object.entries(config).map(([option, value]) => [option, String(value)]));
    return { type: 'custom', remoteStorageManager: { className, classPath, config: texts } };
  }
}
