/** The least SVG writer that the pictures of a drill need: elements as strings, escaped, with numbers short. */

/** Marked so that text cannot be taken for markup by mistake: only `el` and `text` make it. */
export interface Markup {
  readonly markup: string;
}
export type Attributes = Readonly<Record<string, string | number | undefined>>;

export function el(name: string, attributes: Attributes = {}, ...children: readonly (Markup | string | undefined)[]): Markup {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escape(value ?? '')}"`)
    .join('');
  const content = children.map((child) => (child === undefined ? '' : typeof child === 'string' ? escape(child) : child.markup)).join('');
  return { markup: content === '' ? `<${name}${given}/>` : `<${name}${given}>${content}</${name}>` };
}

/** Several elements as one. */
export function all(children: readonly (Markup | undefined)[]): Markup {
  return { markup: children.map((child) => child?.markup ?? '').join('') };
}

/** Content that is code of ours, such as a style sheet: never anything that was read. */
export function verbatim(markup: string): Markup {
  return { markup };
}

/** Text as XML and HTML take it; characters that XML does not know are replaced. */
export function escape(value: string): string {
  return value
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '\ufffd',
    )
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/** A number for a coordinate: at most two decimals, never NaN. */
export function short(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '0';
}

/** Width of a text in px, roughly: enough to know whether a label fits. */
export function textWidth(value: string, size: number): number {
  return value.length * size * 0.58;
}

/** Round steps (1, 2, 5 × 10ⁿ) that divide 0 … max into at most `most` parts. */
export function ticks(max: number, most: number): number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [0];
  const rough = max / Math.max(1, most);
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, index) => index * step);
}

/** The definition of the hatched fill of a picture, to be named by its id. */
export function hatching(id: string): Markup {
  return el(
    'defs',
    {},
    el(
      'pattern',
      { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      el('line', { x1: 0, y1: 0, x2: 0, y2: 6, class: 'hatch', 'stroke-width': 2.2 }),
    ),
  );
}
