import type { handlerNames } from '../contract.js';
import type { OpensHandler } from '../handler.js';

export type HandlerName = (typeof handlerNames)[number];

/** Handlers by name, each loaded when it is asked for: a worker carries the libraries of its own system alone. */
export const handlers: Partial<Record<HandlerName, () => Promise<OpensHandler>>> = {
  'simulated-work': async () => (await import('./simulated-work.js')).simulatedWork,
  'flight-processor': async () => (await import('./flights.js')).flightProcessor,
  'machine-line': async () => (await import('./machine-line.js')).machineLine,
  'payment-service': async () => (await import('./order-chain.js')).paymentService,
  'shipping-service': async () => (await import('./order-chain.js')).shippingService,
  'email-service': async () => (await import('./order-chain.js')).emailService,
  'dead-letter-monitor': async () => (await import('./dead-letter-monitor.js')).deadLetterMonitor,
};
