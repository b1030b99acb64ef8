import { runApi } from './api/run-api.js';
import { apiSettings } from './config.js';
import { start } from './entry.js';

await start('api', apiSettings, runApi);
