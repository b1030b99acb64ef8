/** Milliseconds that the work takes. */
export function timed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Prints lines of cells, the first of them the heads. */
export function printTable(lines: readonly (readonly string[])[]): void {
  process.stdout.write(lines.map((line) => line.map((cell) => cell.padStart(15)).join('')).join('\n') + '\n');
}
