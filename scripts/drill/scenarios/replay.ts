import type { Scenario } from '../scenario.js';

export const replay: Scenario = {
  name: 'replay',
  summary: 'a group is set back to the beginning, then to ten seconds ago: it reads again exactly what it had read, and loses nothing',
  about:
    'The offsets of a group are set while nobody is in it; a group that never was starts in the same way at the beginning. Every record from there on comes a second time, which a handler must bear: that is the price of a replay, and no defect.',
  holdMs: 5_000,
  steps: [
    { do: 'scale', members: 2 },
    { do: 'reset', to: 'beginning' },
    { do: 'reset', to: { secondsAgo: 10 } },
  ],
  // What was asked for twice is no duplicate; what comes a third time is.
  expect: { duplicates: 'none' },
};
