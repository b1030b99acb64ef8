import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** A reason why not; undefined: all is well. */
export type Health = () => string | undefined;

/** Metrics of one worker; every series carries its client id, so that a fleet can be seen side by side. */
export function createRegistry(clientId: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ client_id: clientId });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return registry;
}

/** Serves /live, /ready and /metrics. Port 0 takes a free one; the result says which. */
export async function serveHttp(port: number, live: Health, ready: Health, registry: Registry): Promise<{ port: number; close(): void }> {
  const server = createServer((request, response) => {
    const health = request.url === '/live' ? live : request.url === '/ready' ? ready : undefined;
    if (health !== undefined) {
      const problem = health();
      response.writeHead(problem === undefined ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' }).end(`${problem ?? 'ok'}\n`);
    } else if (request.url === '/metrics') {
      registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    } else {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('this worker serves /live, /ready and /metrics\n');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} is taken: set HTTP_PORT to a free one, or to 0 to take any`) : error);
    });
    server.listen(port, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
