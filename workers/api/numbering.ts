/**
 * Numbers the records of each key from 0 without holes, as the ledger wants it. Keys come from outside and have no end, so after `mostKeys`
 * of them the process takes a new identity and numbers anew.
 */
export function createNumbering(
  clientId: string,
  mostKeys = 100_000,
): (key: string) => { readonly seq: number; readonly producer: string } {
  const next = new Map<string, number>();
  let started = Date.now();
  let producer = `${clientId}/${started}`;
  return (key) => {
    if (next.size >= mostKeys && !next.has(key)) {
      next.clear();
      // Two identities within one millisecond would be one.
      started = Math.max(Date.now(), started + 1);
      producer = `${clientId}/${started}`;
    }
    const seq = next.get(key) ?? 0;
    next.set(key, seq + 1);
    return { seq, producer };
  };
}
