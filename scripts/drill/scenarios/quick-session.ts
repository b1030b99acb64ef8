import type { Settings } from '../scenario.js';

/** For scenarios that are not about the session: a crash is noticed after 6 s, and heartbeats are fewer than 2 s apart. */
export const quickSession: Settings = { CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '1500' };
