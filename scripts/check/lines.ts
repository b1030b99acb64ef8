import { isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml';

/**
 * The line of a field by its dotted path (`spec.config.min.insync.replicas`, `spec.listeners[0].port`, `containers[0].env.NAME`),
 * or of the nearest thing above it that is there. Names hold dots themselves, so the longest name that fits is taken.
 */
export function lineOf(node: unknown, path: string, lines: LineCounter): number | undefined {
  let offset = isNode(node) ? node.range?.[0] : undefined;
  let here = node;
  let rest = path;
  while (rest !== '') {
    const step = nextStep(here, rest);
    if (step === undefined) break;
    ({ here, rest } = step);
    offset = step.offset ?? offset;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

interface Step {
  readonly here: unknown;
  readonly rest: string;
  readonly offset: number | undefined;
}

function nextStep(node: unknown, path: string): Step | undefined {
  if (isSeq(node)) {
    const index = /^\[(\d+)\]\.?/.exec(path);
    if (index !== null) {
      const item = node.items[Number(index[1])];
      return { here: item, rest: path.slice(index[0].length), offset: isNode(item) ? item.range?.[0] : undefined };
    }
    // A list of named things, and the name of one of them.
    const named = node.items.find((item) => isMap(item) && item.get('name') === path);
    return isMap(named) ? { here: named, rest: '', offset: named.range?.[0] } : undefined;
  }
  if (!isMap(node)) return undefined;
  let found: (Step & { readonly length: number }) | undefined;
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    const next = path[name.length];
    if (!path.startsWith(name) || (next !== undefined && next !== '.' && next !== '[')) continue;
    // Of a key that stands twice the last one counts.
    if (found === undefined || name.length >= found.length)
      found = { here: value, rest: path.slice(name.length).replace(/^\./, ''), offset: key.range?.[0], length: name.length };
  }
  return found;
}
