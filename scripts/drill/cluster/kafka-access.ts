import { MusterError } from '../../../constructs/model/error.js';
import { textAt } from '../../../constructs/model/resource.js';
import { itemsOf, type ClusterTool } from '../../cluster/tool.js';
import { openTunnel } from '../../cluster/tunnel.js';
import { connectAdmin, type ClusterAdmin } from '../../kafka/admin.js';
import { readClientProperties } from '../../kafka/client-properties.js';

export interface KafkaAccessOptions {
  /** HOST:PORT that is reachable from here; without it every broker is reached through a port-forward. */
  readonly bootstrap?: string;
  readonly commandConfig?: string;
  readonly cwd: string;
}

export interface KafkaAccess {
  readonly admin: ClusterAdmin;
  /** For a person: how Kafka is asked. */
  readonly note: string;
  close(): Promise<void>;
}

/**
 * The Kafka that the Deployments name, asked from here: directly, or through the API server.
 * @param declared bootstrap servers of the consumers' Deployment
 */
export async function kafkaAccess(
  tool: ClusterTool,
  runDir: string,
  declared: string,
  { bootstrap, commandConfig, cwd }: KafkaAccessOptions,
  opened: (command: string) => void,
): Promise<KafkaAccess> {
  const security = commandConfig === undefined ? {} : readClientProperties(cwd, commandConfig);
  if (bootstrap !== undefined) {
    const admin = await connectAdmin(bootstrap, 15_000, security);
    return { admin, note: `Kafka is asked at ${bootstrap}`, close: async () => admin.close() };
  }
  if (declared === '')
    throw new MusterError(
      'bad-input',
      "the consumers' Deployment sets no KAFKA_BOOTSTRAP_SERVERS, so which Kafka they read is not known: give --bootstrap HOST:PORT as it is reached from here",
    );
  const pods = new Set(itemsOf(await tool.json(['get', 'pods', '-n', tool.namespace])).map((pod) => textAt(pod, 'metadata', 'name')));
  const tunnel = openTunnel(tool, runDir, async (name) => Promise.resolve(pods.has(name)), opened);
  try {
    const admin = await connectAdmin(declared, 30_000, { ...security, socketFactory: tunnel.socketFactory });
    return {
      admin,
      note: `Kafka is asked through port-forward to ${declared}`,
      close: async () => {
        await admin.close();
        tunnel.close();
      },
    };
  } catch (error) {
    tunnel.close();
    if (!(error instanceof MusterError)) throw error;
    throw new MusterError(
      error.code,
      `${error.message} (through port-forward; where brokers can be reached from here, give --bootstrap HOST:PORT, and --command-config FILE where they ask for a user)`,
      { cause: error },
    );
  }
}
