/** The last thing a worker said, out of its JSON log where it is one. */
export function lastWordsIn(lines: readonly string[]): string {
  const messages = lines.map((line) => {
    try {
      const { level, msg, message } = JSON.parse(line) as { level?: unknown; msg?: unknown; message?: unknown };
      return { grave: Number(level) >= 50 || level === 'error' || level === 'fatal', text: String(message ?? msg) };
    } catch {
      return { grave: /error/i.test(line), text: line };
    }
  });
  const found = messages.findLast((m) => m.grave) ?? messages.at(-1);
  return found?.text.trim() ?? 'it said nothing';
}
