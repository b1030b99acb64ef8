import { randomUUID } from 'node:crypto';
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import type { Answer } from '../http.js';
import type { Logger } from '../logging.js';
import { traceOf, type TracedWork, type Tracing } from '../tracing.js';
import type { Outcome, Posted } from './intake.js';
import { badFields, problemBody, problemType, type Problem } from './problem.js';
import { problemsOf, type ApiResource, type Body, type Validates } from './resource.js';

export interface ApiServerOptions {
  readonly resource: ApiResource;
  readonly bodyBytes: number;
  readonly take: (posted: Posted) => Promise<Outcome>;
  /** What each worker answers, by path. */
  readonly probes: Readonly<Record<string, () => Answer | Promise<Answer>>>;
  /** Why nothing, or not everything, can be taken; undefined: all is well. */
  readonly health: () => string | undefined;
  /** True: clients are told to take another connection, which leads to another replica. */
  readonly isStopping: () => boolean;
  readonly tracing: Tracing;
  readonly registry: Registry;
  readonly logger: Logger;
}

/** Ms in which a request must have come in whole. */
const requestTimeoutMs = 30_000;

/** The routes of an API: POST of its resource, /health, and what each worker answers. Not yet listening. */
export async function createApiServer(options: ApiServerOptions): Promise<FastifyInstance> {
  const { resource, bodyBytes, take, health, isStopping, tracing, registry, logger } = options;
  const app = fastify({
    bodyLimit: bodyBytes,
    requestTimeout: requestTimeoutMs,
    // Above the idle time of a router, which would otherwise now and then write into a connection that is just being closed.
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    // What comes in while the last answers are given is still taken.
    return503OnClosing: false,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    frameworkErrors: (error, request, reply) => void answer(reply, problemOf(error, request)),
  });

  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'seconds from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const traced = new WeakMap<FastifyRequest, TracedWork>();
  const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'none';
  app.addHook('onRequest', (request, reply, done) => {
    if (isStopping()) reply.header('connection', 'close');
    if (routeOf(request).startsWith(resource.path)) {
      const name = `${request.method} ${routeOf(request)}`;
      const about = { 'http.request.method': request.method, 'http.route': routeOf(request), 'url.path': request.url.split('?')[0] ?? '' };
      traced.set(request, tracing.begin(name, 'server', traceOf(request.headers), about));
    }
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    duration.observe({ method: request.method, route: routeOf(request), status: String(reply.statusCode) }, reply.elapsedTime / 1_000);
    const work = traced.get(request);
    work?.set({ 'http.response.status_code': reply.statusCode });
    work?.end(reply.statusCode >= 500 ? new Error(`answered ${reply.statusCode}`) : undefined);
    done();
  });

  const json = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      // Fastify would put a replacement character for each wrong byte, and take a spoiled name without a word.
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes as Buffer);
      void json(request, text, done);
    } catch {
      done(new BadBody('the body is not UTF-8: send JSON as UTF-8'));
    }
  });

  app.post(resource.path, async (request, reply) => {
    const validate: Validates = (schema, value) => {
      const check = request.compileValidationSchema(schema);
      return check(value) === true ? undefined : { path: check.errors?.[0]?.instancePath ?? '' };
    };
    const problems = problemsOf(resource, request.body, validate);
    if (problems.length > 0) return answer(reply, badFields(problems));
    const idempotencyKey = request.headers['idempotency-key'];
    if (idempotencyKey !== undefined && !(typeof idempotencyKey === 'string' && /^[\x21-\x7e]{1,255}$/.test(idempotencyKey)))
      return answer(reply, { status: 400, detail: 'Idempotency-Key: give 1 to 255 printable characters without spaces, such as a UUID' });
    const correlationId = correlationOf(request);
    reply.header('x-correlation-id', correlationId);
    const work = traced.get(request) ?? tracing.begin('', 'server', {}, {});
    const outcome = await take({ body: request.body as Body, idempotencyKey, correlationId, work });
    if (outcome.kind !== 'taken') return answer(reply, notTaken(resource, outcome));
    return reply
      .code(202)
      .header('location', `${resource.path}/${outcome.id}`)
      .send({ [`${resource.name}Id`]: outcome.id, status: 'Processing' });
  });
  app.get(`${resource.path}/:id`, (_request, reply) =>
    answer(reply, {
      status: 404,
      detail: `this API takes ${resource.path.slice(1)} in and keeps none: what becomes of one is known to those who read its topic`,
    }),
  );
  app.get('/health', (_request, reply) => {
    const reason = health();
    return reply.code(reason === undefined ? 200 : 503).send(reason === undefined ? { status: 'ok' } : { status: 'unavailable', reason });
  });
  for (const [path, probe] of Object.entries(options.probes))
    app.get(path, async (_request, reply) => {
      const { status, contentType, body } = await probe();
      return reply.code(status).type(contentType).send(body);
    });

  const methods: Readonly<Record<string, string>> = {
    [resource.path]: 'POST',
    ...Object.fromEntries(['/health', ...Object.keys(options.probes)].map((path) => [path, 'GET, HEAD'])),
  };
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const allow = Object.hasOwn(methods, path) ? methods[path] : path.startsWith(`${resource.path}/`) ? 'GET, HEAD' : undefined;
    if (allow === undefined)
      return answer(reply, { status: 404, detail: `nothing is at ${path}: this API serves POST ${resource.path} and GET /health` });
    return answer(reply, {
      status: 405,
      detail: `${request.method} is not possible at ${path}: use ${allow}`,
      headers: { allow },
    });
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error, request);
    if (problem.status >= 500) logger.error({ err: error, url: request.url }, 'a request failed');
    return answer(reply, problem);
  });
  await app.ready();
  return app;

  function problemOf(error: Error & { readonly code?: string; readonly statusCode?: number }, request: FastifyRequest): Problem {
    const status = error.statusCode ?? 500;
    const example = `POST a JSON object with ${Object.keys(resource.fields).join(', ')}`;
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
      return { status: 413, detail: `the body is above the ${bodyBytes} bytes that are taken: send less, or raise API_BODY_BYTES` };
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
      const given = request.headers['content-type'] ?? 'missing';
      return { status: 415, detail: `the content type is ${given}: send application/json`, headers: { accept: 'application/json' } };
    }
    if (error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return { status: 400, detail: `the body is empty: ${example}` };
    if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY') return { status: 400, detail: `the body is not JSON: ${example}` };
    // What went wrong inside is for the log, not for a stranger.
    return status >= 500
      ? { status: 500, detail: 'the request failed for a reason of ours; it is in the log' }
      : { status, detail: error.message };
  }
}

class BadBody extends Error {
  readonly statusCode = 400;
}

function answer(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .headers(problem.headers ?? {})
    .type(problemType)
    .send(problemBody(problem));
}

function notTaken(resource: ApiResource, outcome: Exclude<Outcome, { kind: 'taken' }>): Problem {
  const what = `the ${resource.name}`;
  if (outcome.kind === 'unwritable') return { status: 400, detail: outcome.reason };
  if (outcome.kind === 'never')
    return { status: outcome.isTooLarge ? 413 : 500, detail: `Kafka refuses ${what} for good, and it was not taken: ${outcome.reason}` };
  const { id, idempotencyKey, isIndeterminate, reason, retryAfterS } = outcome;
  return {
    status: 503,
    detail: isIndeterminate
      ? `${what} may have been taken or not: ${reason}. Repeat the request with Idempotency-Key ${idempotencyKey}: it is the same ${resource.name} then, ${id}, however often it is repeated`
      : `${what} was not taken: ${reason}. Repeat the request`,
    headers: { 'retry-after': String(retryAfterS) },
    members: { isTaken: isIndeterminate ? 'unknown' : 'no', idempotencyKey, [`${resource.name}Id`]: id },
  };
}

function correlationOf(request: FastifyRequest): string {
  const given = request.headers['x-correlation-id'];
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
}
