import { hearSignals } from './early-signals.js';

hearSignals();
const [{ start }, { consumerSettings }, { runConsumer }] = await Promise.all([
  import('./entry.js'),
  import('./config.js'),
  import('./consuming/run-consumer.js'),
]);
await start('consumer', consumerSettings, (settings) => runConsumer(settings));
