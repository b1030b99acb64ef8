import { producerSettings } from './config.js';
import { start } from './entry.js';
import { runProducer } from './producing/run-producer.js';

await start('producer', producerSettings, (settings) => runProducer(settings));
