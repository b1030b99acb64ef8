import type { handlerNames } from '../contract.js';
import type { OpensHandler } from '../handler.js';

export type HandlerName = (typeof handlerNames)[number];

/** Handlers by name, each loaded when it is asked for: a worker carries the libraries of its own system alone. */
export const handlers: Partial<Record<HandlerName, () => Promise<OpensHandler>>> = {
  'simulated-work': async () => (await import('./simulated-work.js')).simulatedWork,
};
