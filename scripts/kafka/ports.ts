import { createServer, type Server } from 'node:net';

/** Listens on a port of the loopback; resolves to the server, or to undefined when the port is taken. */
async function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** Ports nobody listens on. They are held together until all are known, so no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = (await Promise.all(Array.from({ length: count }, async () => listen(0)))).filter((s) => s !== undefined);
  const ports = servers.map(portOf);
  await Promise.all(servers.map(close));
  return ports;
}

export async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  if (server === undefined) return false;
  await close(server);
  return true;
}
