import { firstSteps, naive, onlyLanes, withConsumer, type SeededDefect } from './seeded.js';

/** What a member does wrong when it comes, goes, dies, stands still or meets a record that it cannot read; and a producer that lies. */
export const memberDefects: readonly SeededDefect[] = [
  {
    scenario: 'scale-and-crash',
    defect: 'commits before it works',
    run: { worker: 'consumer-basic', fixture: 'commit-before-work' },
    args: ['--work', '15', '--rate', '100'],
    // Every batch shows it; whether the crash finds one in hand is luck.
    reason: /committed before anybody had processed/,
    // What comes before the crash is enough.
    cut: firstSteps(3),
  },
  { scenario: 'scale-up-and-down', ...naive('just-exits'), args: ['--work', '10'], reason: /processed again/ },
  {
    scenario: 'crash-replaced',
    defect: 'commits before it works',
    run: { worker: 'consumer-basic', fixture: 'commit-before-work' },
    args: ['--work', '20', '--rate', '100'],
    reason: /committed before anybody had processed/,
  },
  {
    scenario: 'force-delete',
    ...naive('just-exits'),
    // Twice what is allowed: a heartbeat may be old when it goes, and the session counts from that.
    cut: withConsumer({ CONSUMER_SESSION_TIMEOUT_MS: '10000' }),
    reason: /force-delete of \S+ took .* to recover from, more than 5\.0 s/,
  },
  { scenario: 'clean-stop', ...naive('just-exits'), reason: /sigterm of \S+ took .* to recover from, more than 5\.0 s/ },
  { scenario: 'rolling-restart', ...naive('just-exits'), args: ['--work', '10'], reason: /processed again/, cut: firstSteps(2) },
  { scenario: 'frozen-member', ...naive('stays-at-work'), reason: /processed by a member after another had been given the partition/ },
  {
    scenario: 'slow-handler',
    ...naive('unhurried'),
    // So long that nothing but the interval between two polls can make it give up.
    cut: withConsumer({ CONSUMER_SESSION_TIMEOUT_MS: '30000' }),
    reason: /too-slow: surprise: no record was processed again/,
  },
  { scenario: 'poison-record', ...naive('passes-poison-over'), reason: /acknowledged records were lost/ },
  { scenario: 'hot-key', ...naive('backwards'), reason: /processed after a later one of the same key/ },
  { scenario: 'full-restart', ...naive('never-commits'), reason: /processed again/ },
  {
    scenario: 'sessions',
    ...naive('own-session'),
    // Nobody has its partitions when 2 × 10 s + 5 s are over.
    reason: /session-6: (after )?the sigkill of \S+ (partition .* was never processed again|took .* more than 17\.0 s)/,
    cut: onlyLanes('session-6', 'session-10'),
  },
  {
    scenario: 'auto-commit-crash',
    ...naive('commits-what-it-fetched'),
    args: ['--work', '10'],
    reason: /auto: .*committed before anybody had processed/,
  },
  {
    scenario: 'kill-producer',
    defect: 'claims acknowledgements it never got',
    run: { worker: 'producer-keyed', fixture: 'acks-before-send' },
    reason: /acknowledged records were lost/,
  },
];
