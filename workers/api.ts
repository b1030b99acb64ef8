import { hearSignals } from './early-signals.js';

hearSignals();
const [{ start }, { apiSettings }, { runApi }] = await Promise.all([
  import('./entry.js'),
  import('./config.js'),
  import('./api/run-api.js'),
]);
await start('api', apiSettings, runApi);
