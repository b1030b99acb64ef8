/**
 * Colours of the page and of its pictures, light and dark. The page and a picture that stands alone use the same variables.
 * Members: Okabe and Ito's colours for the colour-blind, lightened or darkened until a label inside is read, then two of Paul Tol's;
 * every bar carries its member's letter too, so that no meaning hangs on a colour.
 */
export interface MemberColour {
  readonly fill: string;
  readonly ink: string;
}

const members: readonly MemberColour[] = [
  { fill: '#0072b2', ink: '#ffffff' },
  { fill: '#e69f00', ink: '#1a1300' },
  { fill: '#009e73', ink: '#00130d' },
  { fill: '#cc79a7', ink: '#1d0512' },
  { fill: '#56b4e9', ink: '#04121b' },
  { fill: '#d55e00', ink: '#140800' },
  { fill: '#f0e442', ink: '#1c1a00' },
  { fill: '#332288', ink: '#ffffff' },
  { fill: '#999933', ink: '#121200' },
  { fill: '#882255', ink: '#ffffff' },
];

/** The colour of the n-th member to join; after the last they begin again. */
export function memberColour(index: number): MemberColour {
  return members[index % members.length] ?? { fill: '#777777', ink: '#ffffff' };
}

/** A, B, … Z, A1, B1, …: the letter a member has in every picture and table of a report. */
export function memberLetter(index: number): string {
  const round = Math.floor(index / 26);
  return `${String.fromCharCode(65 + (index % 26))}${round === 0 ? '' : String(round)}`;
}

const light = `--bg:#ffffff;--panel:#f6f7f9;--ink:#15181d;--soft:#5a6472;--line:#d5dae1;--grid:#e6e9ee;--lane:#eef0f4;--band:#b9a7d6;--bad:#b3261e;--good:#12703c;--warn:#8a5a00;--badbg:#fdecea;--goodbg:#e6f4ec;--made:#5a6472;--done:#0072b2;--lag:#d55e00`;
const dark = `--bg:#14171c;--panel:#1c2027;--ink:#e8ebf0;--soft:#a2acba;--line:#3a424e;--grid:#2a303a;--lane:#22272f;--band:#6f5a94;--bad:#ff8a80;--good:#7fd6a3;--warn:#f2c46d;--badbg:#3a1f1d;--goodbg:#183226;--made:#a2acba;--done:#56b4e9;--lag:#ff9a4d`;

/** Variables for a selector (`:root`, or the picture itself), following the reader's light or dark scheme; print is light. */
export function schemeCss(selector: string): string {
  return `${selector}{${light}}@media (prefers-color-scheme:dark){${selector}{${dark}}}@media print{${selector}{${light}}}`;
}

/** What the pictures are drawn with. */
export const pictureCss = [
  `.pic text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;fill:var(--ink)}`,
  `.pic .s{font-size:11px;fill:var(--soft)}.pic .xs{font-size:10px;fill:var(--soft)}.pic .b{font-weight:650}`,
  `.pic .bad{fill:var(--bad)}.pic .grid{stroke:var(--grid)}.pic .axis{stroke:var(--line)}.pic .lane{fill:var(--lane)}`,
  `.pic .band{fill:var(--band);opacity:.4}.pic .edge{stroke:var(--soft);stroke-dasharray:3 3}.pic .kill{stroke:var(--bad);stroke-width:2}.pic .changed{stroke:var(--warn);stroke-width:1.75;stroke-dasharray:5 3}.pic .median{stroke:var(--ink);stroke-width:2.5}.pic .away{fill:var(--warn);opacity:.16}.pic .warn,.pic .lasts{fill:var(--warn);stroke:none}`,
  `.pic .run{fill:var(--ink);opacity:.85}.pic .hatch{stroke:var(--bad)}.pic .made{stroke:var(--made);fill:none;stroke-width:1.5;stroke-dasharray:4 3}`,
  `.pic .done{stroke:var(--done);fill:none;stroke-width:1.75}.pic .lag{stroke:var(--lag);stroke-width:1.5;fill:var(--lag);fill-opacity:.18}`,
  `.pic .moved{fill:var(--lag);stroke:var(--lag)}.pic .stayed{fill:var(--bg);stroke:var(--done);stroke-width:1.5}.pic .onmoved{fill:#140800;font-size:10px;font-weight:650}.pic .onstayed{font-size:10px}`,
].join('');
