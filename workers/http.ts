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

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What every worker answers, by path: /live, /ready and /metrics, whichever server it has. */
export function probes(live: Health, ready: Health, registry: Registry): Readonly<Record<string, () => Answer | Promise<Answer>>> {
  const health = (problem: string | undefined): Answer => text(problem === undefined ? 200 : 503, problem ?? 'ok');
  return {
    '/live': () => health(live()),
    '/ready': () => health(ready()),
    '/metrics': () =>
      registry.metrics().then(
        (body) => ({ status: 200, contentType: registry.contentType, body }),
        (error: unknown) => text(500, `the metrics cannot be read: ${error instanceof Error ? error.message : String(error)}`),
      ),
  };
}

const text = (status: number, line: string): Answer => ({ status, contentType: 'text/plain; charset=utf-8', body: `${line}\n` });

/** Serves /live, /ready and /metrics. Port 0 takes a free one; the result says which. */
export async function serveHttp(port: number, live: Health, ready: Health, registry: Registry): Promise<{ port: number; close(): void }> {
  const answers = probes(live, ready, registry);
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const answer = Object.hasOwn(answers, path) ? answers[path]?.() : text(404, 'this worker serves /live, /ready and /metrics');
    void Promise.resolve(answer).then((given) => {
      if (given !== undefined) response.writeHead(given.status, { 'content-type': given.contentType }).end(given.body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(listenProblem(port, error));
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

/** Why a server cannot listen, and the change to make. */
export function listenProblem(port: number, error: Error): Error {
  return 'code' in error && error.code === 'EADDRINUSE'
    ? new Error(`port ${port} is taken: set HTTP_PORT to a free one, or to 0 to take any`)
    : error;
}
