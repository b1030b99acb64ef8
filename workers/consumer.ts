import { consumerSettings } from './config.js';
import { start } from './entry.js';
import { runConsumer } from './consuming/run-consumer.js';

await start('consumer', consumerSettings, (settings) => runConsumer(settings));
