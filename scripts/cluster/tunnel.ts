import type { ISocketFactory } from 'kafkajs';
import { Socket, isIP } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { Tail } from '../local/tail.js';
import { signal, type Running } from '../processes.js';
import { launchTool } from './follow-tool.js';
import type { ClusterTool } from './tool.js';

/**
 * Connections to a Kafka inside a cluster from outside of it. Brokers advertise names that only the cluster resolves; each is reached by a `port-forward` of
 * its own, to the pod or the Service that the name begins with. TLS still checks the certificate against the advertised name.
 */
export interface Tunnel {
  readonly socketFactory: ISocketFactory;
  /** The commands that were run, one a target. */
  readonly commands: readonly string[];
  close(): void;
}

interface Forward {
  readonly running: Running;
  readonly port: Promise<number>;
  isOver: boolean;
}

const forwardWithinMs = 10_000;

/**
 * @param isPod whether the namespace has a pod of this name; else the name is taken for a Service's
 * @param opened told of each command
 */
export function openTunnel(
  tool: ClusterTool,
  runDir: string,
  isPod: (name: string) => Promise<boolean>,
  opened: (command: string) => void,
): Tunnel {
  const forwards = new Map<string, Forward>();
  const commands: string[] = [];

  const begin = async (host: string, port: number): Promise<number> => {
    const [name = host, namespace] = host.split('.');
    const where = await namespaceOf(name, namespace);
    const args = [
      'port-forward',
      '-n',
      where.namespace,
      `${where.isPod ? 'pod' : 'service'}/${name}`,
      `:${String(port)}`,
      '--address',
      '127.0.0.1',
    ];
    const file = join(runDir, `forward-${name}-${String(port)}-${String(Date.now())}.log`);
    const running = launchTool(tool, runDir, { what: `port-forward to ${name}`, args, output: file });
    const command = tool.spell(args);
    if (!commands.includes(command)) {
      commands.push(command);
      opened(command);
    }
    const forward: Forward = { running, port: portIn(file, running), isOver: false };
    void running.ended.then(() => {
      forward.isOver = true;
    });
    forwards.set(`${host}:${String(port)}`, forward);
    return forward.port;
  };
  const namespaceOf = async (name: string, second: string | undefined): Promise<{ namespace: string; isPod: boolean }> => {
    // POD.HEADLESS-SERVICE.NAMESPACE.svc, SERVICE.NAMESPACE.svc, or a bare name.
    if (await isPod(name)) return { namespace: tool.namespace, isPod: true };
    return { namespace: second ?? tool.namespace, isPod: false };
  };
  const starting = new Map<string, Promise<number>>();
  const portFor = async (host: string, port: number): Promise<number> => {
    const key = `${host}:${String(port)}`;
    const known = forwards.get(key);
    if (known !== undefined && !known.isOver) return known.port;
    const begun = starting.get(key);
    if (begun !== undefined) return begun;
    const opening = begin(host, port).finally(() => starting.delete(key));
    starting.set(key, opening);
    return opening;
  };

  return {
    commands,
    socketFactory: ({ host, port, ssl, onConnect }) => {
      const raw = new Socket();
      const socket = ssl ? connectTls({ socket: raw, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect) : raw;
      if (!ssl) raw.once('connect', onConnect);
      portFor(host, port).then(
        (local) => raw.connect(local, '127.0.0.1'),
        (error: unknown) => raw.destroy(error as Error),
      );
      // A forward whose pod is gone goes on listening: what it cannot carry is a reason to make it anew.
      socket.once('close', () => {
        const forward = forwards.get(`${host}:${String(port)}`);
        if (forward !== undefined && !forward.isOver) {
          forward.isOver = true;
          signal(forward.running.ref, 'SIGKILL');
        }
      });
      return socket;
    },
    close: () => {
      for (const { running } of forwards.values()) signal(running.ref, 'SIGKILL');
    },
  };
}

async function portIn(file: string, running: Running): Promise<number> {
  const tail = new Tail(file);
  const said: string[] = [];
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  try {
    for (const deadline = Date.now() + forwardWithinMs; Date.now() < deadline; await sleep(20)) {
      for (const line of tail.read()) {
        const port = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (port !== undefined) return Number(port);
        said.push(line);
      }
      if (over) break;
    }
  } finally {
    tail.close();
  }
  signal(running.ref, 'SIGKILL');
  throw new Error(said.at(-1) ?? 'port-forward says nothing');
}
