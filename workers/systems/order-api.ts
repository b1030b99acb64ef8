import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Histogram } from 'prom-client';
import type { ApiResource } from '../api/resource.js';
import { PermanentError, type OpensHandler } from '../handler.js';
import { eventOf, numberOf, textOf, type Event } from './event.js';

/** Bytes of one order's items are bounded by API_BODY_BYTES; their number is bounded here, for whoever loops over them. */
const mostItems = 1_000;

/** S12: what is posted to /orders. */
export const orders: ApiResource = {
  path: '/orders',
  name: 'order',
  keyField: 'customerId',
  fields: {
    customerId: {
      schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]*$' },
      wanted: 'a text of 1 to 200 characters, such as "customer-17"',
    },
    items: {
      schema: {
        type: 'array',
        minItems: 1,
        maxItems: mostItems,
        items: { anyOf: [{ type: 'object' }, { type: 'string', minLength: 1 }] },
      },
      wanted: `a list of 1 to ${mostItems} items, each a text or an object, such as {"sku":"book-1","quantity":2}`,
    },
    totalAmount: {
      schema: { type: 'number', minimum: 0 },
      wanted: 'a number from 0, such as 59.9, or leave it out',
      isOptional: true,
    },
  },
};

/** An order as its readers see it. */
interface Order {
  readonly orderId: string;
  readonly customerId: string;
  readonly items: readonly unknown[];
  readonly event: Event;
}

/** @throws PermanentError when the record is no order: it will be none the next time either. */
function orderOf(event: Event): Order {
  const items = event['items'];
  if (!Array.isArray(items) || items.length === 0)
    throw new PermanentError('the field items is no list with something in it: nothing was ordered');
  return { orderId: textOf(event, 'orderId'), customerId: textOf(event, 'customerId'), items, event };
}

/**
 * A service that reads orders. What it does is simulated by CONSUMER_WORK_MS and counted; a record that comes again is counted again, for
 * only a store of its own could tell by the orderId.
 */
function service(what: string, amountOf: (order: Order) => number): OpensHandler {
  return ({ workMs }, { registry }) => {
    const done = new Counter({ name: 'orders_handled_total', help: 'orders this service has finished', registers: [registry] });
    const amount = new Counter({ name: 'orders_amount_total', help: what, registers: [registry] });
    const age = new Histogram({
      name: 'order_age_seconds',
      help: 'from the moment the API made the record to the end of the work on it; clocks of two machines',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers: [registry],
    });
    return {
      async handle(record) {
        const order = orderOf(eventOf(record));
        const counted = amountOf(order);
        if (workMs > 0) await sleep(workMs);
        done.inc();
        amount.inc(counted);
        age.observe(Math.max(0, Date.now() - Number(record.timestamp)) / 1_000);
      },
    };
  };
}

/** What is to be paid; an order may come without it, and then its items say it to those who know the prices. */
const totalOf = ({ event }: Order): number => (event['totalAmount'] === undefined ? 0 : numberOf(event, 'totalAmount', 0));

export const inventory = service('items reserved', ({ items }) => items.length);
export const orderPayment = service('money charged', totalOf);
export const notification = service('customers told', () => 1);
export const orderShipping = service('items sent', ({ items }) => items.length);
export const orderAnalytics = service('turnover', totalOf);
