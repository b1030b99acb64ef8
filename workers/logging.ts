import { pino, type Logger } from 'pino';
import { logLevel as kafkajsLevel, type logCreator } from 'kafkajs';
import { onceIn, sayAgainMs } from './once-in-a-while.js';

export type { Logger } from 'pino';

/** JSON lines on standard output, written synchronously: what was said before a crash is known, and lines keep their order beside the evidence. */
export function createLogger(level: 'debug' | 'info' | 'warn' | 'error', fields: Readonly<Record<string, string>>): Logger {
  return pino(
    {
      level,
      base: fields,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 1, sync: true }),
  );
}

/** kafkajs' own lines in our format. It calls each retry an error; what it cannot mend reaches us as an event or a rejection, and is logged there. */
export function kafkajsLog(logger: Logger): logCreator {
  const isNews = onceIn(sayAgainMs);
  return () =>
    ({ namespace, level, log }) => {
      const isTrouble = level === kafkajsLevel.ERROR || level === kafkajsLevel.WARN;
      const fields = Object.fromEntries(
        Object.entries(log).filter(([name]) => !['message', 'timestamp', 'logger', 'stack'].includes(name)),
      );
      const isForPeople = isTrouble && namespace !== 'Producer' && !expected.test(log.message);
      const news = isForPeople ? isNews(log.message) : undefined;
      logger[news === undefined ? 'debug' : 'warn']({ kafkajs: namespace, ...fields, ...news }, log.message);
    };
}

/** Part of every rebalance, or said by us, as whatever a producer fails at: no news for a person at `info`. */
const expected = /^Response |is rebalancing|not aware of this member/;

export { kafkajsLevel };
