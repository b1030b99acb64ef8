import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../configuration-error.js';
import type { HandlerSettings, OpensHandler } from '../handler.js';
import { eventOf, numberOf, textOf } from './event.js';

/**
 * S4: order.created → payment.successful → delivery.shipped, and e-mails about all three. What a step publishes depends on its record
 * alone, ids included: a record that comes again gives the same event again, which a reader can know by its id.
 */
export const paymentService: OpensHandler = (settings) => {
  const topic = outputOf(settings, 'payment-service', 'payment.successful');
  return {
    async handle(record, { publish }) {
      const event = eventOf(record);
      const order = { order_id: textOf(event, 'order_id'), user_id: textOf(event, 'user_id'), total: numberOf(event, 'total', 0) };
      await work(settings);
      await publish({ topic, key: record.key, value: JSON.stringify({ payment_id: `pay-${order.order_id}`, ...order }) });
    },
  };
};

export const shippingService: OpensHandler = (settings) => {
  const topic = outputOf(settings, 'shipping-service', 'delivery.shipped');
  return {
    async handle(record, { publish }) {
      const event = eventOf(record);
      textOf(event, 'payment_id');
      const order = { order_id: textOf(event, 'order_id'), user_id: textOf(event, 'user_id') };
      await work(settings);
      await publish({ topic, key: record.key, value: JSON.stringify({ delivery_id: `ship-${order.order_id}`, ...order }) });
    },
  };
};

/** Without an output topic an e-mail is a line of the log. With one it is a record there, which with exactly-once stands there once. */
export const emailService: OpensHandler = (settings, { logger }) => {
  const { outputTopic } = settings;
  return {
    async handle(record, { topic: about, publish }) {
      const event = eventOf(record);
      const mail = {
        email_id: `mail-${about}-${textOf(event, 'order_id')}`,
        about,
        order_id: textOf(event, 'order_id'),
        to: textOf(event, 'user_id'),
      };
      await work(settings);
      if (outputTopic !== undefined) await publish({ topic: outputTopic, key: record.key, value: JSON.stringify(mail) });
      logger.debug(mail, 'e-mail sent');
    },
  };
};

const work = async ({ workMs }: HandlerSettings): Promise<void> => {
  if (workMs > 0) await sleep(workMs);
};

function outputOf({ outputTopic }: HandlerSettings, handler: string, usual: string): string {
  if (outputTopic !== undefined) return outputTopic;
  throw new ConfigurationError([`CONSUMER_OUTPUT_TOPIC is missing: ${handler} publishes what it did; set it, as to ${usual}`]);
}
