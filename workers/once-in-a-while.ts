/** Whether a message is news. Clients say the same of each attempt, many times a second while brokers are away: once in a while is enough to know. */
export type IsNews = (message: string) => { readonly repeated?: number } | undefined;

/** @param ms after which the same message is news again; it then says how often it was not. */
export function onceIn(ms: number): IsNews {
  const said = new Map<string, { at: number; since: number }>();
  return (message) => {
    const before = said.get(message);
    const now = performance.now();
    if (before !== undefined && now - before.at < ms) {
      before.since += 1;
      return undefined;
    }
    // Addresses and reasons are few; a message that is new each time must not fill the memory.
    if (said.size > 100) said.clear();
    said.set(message, { at: now, since: 0 });
    return before === undefined || before.since === 0 ? {} : { repeated: before.since };
  };
}

/** As often as workers say that they still wait. */
export const sayAgainMs = 10_000;
