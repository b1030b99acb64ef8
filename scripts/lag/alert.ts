/** The total lag of a group above `above` records for `forMs`: one number, so that neither a hot partition nor many small lags escape. */
export interface AlertRule {
  readonly above: number;
  readonly forMs: number;
}
/** As an alert of Prometheus: `pending` while it is above and has not been so for long enough. */
export interface Alert extends AlertRule {
  readonly state: 'ok' | 'pending' | 'firing';
  /** When the lag was first seen above, in ms since the epoch. */
  readonly since: number | null;
}

/** The alert after a look at the lag. A look that failed is no look: neither does it end what was pending, nor does it count. */
export function alertAfter(before: Alert | undefined, rule: AlertRule, { at, total }: { at: number; total: number }): Alert {
  if (total <= rule.above) return { ...rule, state: 'ok', since: null };
  const since = before?.since ?? at;
  return { ...rule, state: at - since >= rule.forMs ? 'firing' : 'pending', since };
}
