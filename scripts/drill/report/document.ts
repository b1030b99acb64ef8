import { escape, type Markup } from './svg.js';
import { pictureCss, schemeCss } from './theme.js';

/** One self-contained page: nothing is loaded, and no script is needed to read it. */
export function htmlDocument(title: string, body: Markup): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escape(title)}</title>`,
    `<style>${schemeCss(':root')}${pageCss}${pictureCss}</style>`,
    '</head>',
    `<body><main>${body.markup}</main></body>`,
    '</html>',
    '',
  ].join('\n');
}

const pageCss = [
  '*{box-sizing:border-box}html{color-scheme:light dark}',
  'body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}',
  'main{max-width:1168px;margin:0 auto;padding:24px}',
  'header{border-left:6px solid;padding:14px 20px;border-radius:6px}header.good{border-color:var(--good);background:var(--goodbg)}header.bad{border-color:var(--bad);background:var(--badbg)}',
  'h1{font-size:30px;line-height:1.2;margin:2px 0 6px}header.good h1{color:var(--good)}header.bad h1{color:var(--bad)}',
  'h2{font-size:19px;margin:0 0 2px}h2.small{font-size:15px;margin-top:16px}.lead{font-size:17px;margin:0 0 8px}.where,.note{color:var(--soft);margin:0;font-size:13.5px}ol{margin:0 0 10px;padding-left:22px}li{overflow-wrap:anywhere}',
  'section{margin-top:34px}section>.note{max-width:80ch;margin-bottom:12px}',
  '.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(126px,1fr));gap:10px;margin:18px 0 0}.cards div{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px 12px}',
  '.cards dt{font-size:13px;color:var(--soft)}.cards dd{margin:0;font-size:24px;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}.cards dd.note{font-size:12px;font-weight:400}.cards .wrong{border-color:var(--bad);background:var(--badbg)}.cards .wrong dd:not(.note){color:var(--bad)}',
  'figure{margin:0}svg{display:block;width:100%;height:auto}svg.medium,svg.narrow{display:none}@media (max-width:960px){svg.wide{display:none}svg.medium{display:block}}@media (max-width:560px){main{padding:12px}svg.medium{display:none}svg.narrow{display:block}}',
  '.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:8px 0 0;font-size:13px;color:var(--soft)}.legend b{display:inline-block;min-width:19px;padding:0 4px;text-align:center;border-radius:3px;line-height:18px;font-size:12px}.legend i{display:inline-block;width:18px;height:14px;vertical-align:-2px;border-radius:2px}',
  '.legend i.hatch{background:repeating-linear-gradient(45deg,var(--bad) 0 2px,transparent 2px 6px)}.legend i.band{background:var(--band);opacity:.5}.legend i.runs{height:3px;background:var(--ink);vertical-align:4px}',
  '.dot{display:inline-block;width:19px;height:19px;line-height:17px;border-radius:50%;text-align:center;font-size:11px;border:1.5px solid var(--done);color:var(--ink)}.dot.full{background:var(--lag);border-color:var(--lag);color:#140800}',
  '.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap;vertical-align:top}thead th{color:var(--soft);font-weight:500;font-size:13px}tbody th{font-weight:600}.n{text-align:right}.wrap{display:inline-block;min-width:240px;white-space:normal;overflow-wrap:anywhere}',
  '.m{font-weight:650}.s{color:inherit}.ok{color:var(--good)}.wrong{color:var(--bad);font-weight:650}.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0;font-size:14px}.facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}',
  '.scroll+.legend,.legend+.scroll{margin-top:14px}@media (max-width:700px){.facts{grid-template-columns:1fr}.facts dd{margin-bottom:6px}th,td{padding:5px 8px}}',
  '.marks i{display:inline-block;width:18px;height:14px;vertical-align:-2px;border-radius:2px;background:var(--warn);opacity:.35}.lane{border-top:3px solid var(--line);margin-top:44px;padding-top:14px}.lane>h2{font-size:23px}.told{margin:6px 0 0;padding-left:22px;font-size:14.5px}.told.warn{color:var(--warn)}pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px 12px;overflow-x:auto;font-size:12.5px;line-height:1.45;margin:0}.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:22px 28px}.plots h3{font-size:14px;margin:0 0 2px}.verdicts .ok,.verdicts .wrong{font-weight:650}',
  '@media print{main{max-width:none;padding:0}section,header,figure,.plots>div{break-inside:avoid}h2,h3,section>.note{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}',
].join('');
