import { hearSignals } from './early-signals.js';

hearSignals();
const [{ start }, { producerSettings }, { runProducer }] = await Promise.all([
  import('./entry.js'),
  import('./config.js'),
  import('./producing/run-producer.js'),
]);
await start('producer', producerSettings, (settings) => runProducer(settings));
