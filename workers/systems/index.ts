import type { handlerNames } from '../contract.js';
import type { OpensHandler } from '../handler.js';

export type HandlerName = (typeof handlerNames)[number];

/** Handlers by name, each loaded when it is asked for: a worker carries the libraries of its own system alone. */
export const handlers: Partial<Record<HandlerName, () => Promise<OpensHandler>>> = {
  copy: async () => (await import('./copy.js')).copy,
  'simulated-work': async () => (await import('./simulated-work.js')).simulatedWork,
  'flight-processor': async () => (await import('./flights.js')).flightProcessor,
  'machine-line': async () => (await import('./machine-line.js')).machineLine,
  'payment-service': async () => (await import('./order-chain.js')).paymentService,
  'shipping-service': async () => (await import('./order-chain.js')).shippingService,
  'email-service': async () => (await import('./order-chain.js')).emailService,
  'dead-letter-monitor': async () => (await import('./dead-letter-monitor.js')).deadLetterMonitor,
  inventory: async () => (await import('./order-api.js')).inventory,
  'order-payment': async () => (await import('./order-api.js')).orderPayment,
  notification: async () => (await import('./order-api.js')).notification,
  'order-shipping': async () => (await import('./order-api.js')).orderShipping,
  'order-analytics': async () => (await import('./order-api.js')).orderAnalytics,
  'inventory-checker': async () => (await import('./reservations.js')).inventoryChecker,
  'confirmation-sender': async () => (await import('./reservations.js')).confirmationSender,
  'analytics-aggregator': async () => (await import('./reservations.js')).analyticsAggregator,
  'recommendation-updater': async () => (await import('./reservations.js')).recommendationUpdater,
};
