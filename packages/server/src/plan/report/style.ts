/** How the report looks: on light and dark screens and on paper. Nothing is loaded from elsewhere. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1a2230; --soft: #5b6675; --line: #dde3ea; --paper: #ffffff; --card: #f6f8fa;
  --first: #2563eb; --second: #d97706; --third: #059669; --good: #047857; --tight: #b45309; --bad: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf1; --soft: #9aa7b8; --line: #2b3442; --paper: #10151d;
  --card: #171e29; --first: #60a5fa; --second: #fbbf24; --third: #34d399; --good: #34d399; --tight: #fbbf24;
  --bad: #f87171; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 40px 0 12px; }
p { margin: 0 0 10px; max-width: 75ch; }
.soft, .unit { color: var(--soft); }
.unit { font-weight: 400; }
.verdict { margin: 24px 0; padding: 18px 20px; border-radius: 10px; background: var(--card);
  border-left: 5px solid var(--good); font-size: 17px; }
.verdict.bad { border-color: var(--bad); }
.verdict p { max-width: none; }
ul { margin: 8px 0 0; padding-left: 20px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; }
.card { background: var(--card); border-radius: 10px; padding: 14px 16px; }
.card b { display: block; font-size: 22px; font-variant-numeric: tabular-nums; }
.card small { color: var(--soft); }
section.check { border-top: 1px solid var(--line); padding: 14px 0; }
section.check h3 { font-size: 15px; margin: 0 0 4px; }
.judgement { display: inline-block; border-radius: 99px; padding: 0 10px; font-size: 12px; font-weight: 600;
  border: 1px solid currentColor; margin-left: 8px; vertical-align: 1px; }
.good { color: var(--good); } .tight { color: var(--tight); } .bad { color: var(--bad); }
.unknown { color: var(--soft); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { text-align: left; padding: 7px 10px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: 13px; }
td.n, th.n { text-align: right; white-space: nowrap; }
.wide { overflow-x: auto; }
figure { margin: 18px 0; break-inside: avoid; }
figcaption { font-weight: 600; }
svg { width: 100%; height: auto; display: block; }
.legend { font-size: 13px; color: var(--soft); margin: 2px 0 4px; }
.key { margin-right: 16px; } .key i { display: inline-block; width: 14px; height: 3px; margin-right: 6px;
  vertical-align: 4px; border-radius: 2px; }
i.first { background: var(--first); } i.second { background: var(--second); } i.third { background: var(--third); }
.grid { stroke: var(--line); } .tick { fill: var(--soft); font-size: 11px; }
.label { fill: var(--ink); font-size: 12px; }
.line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.line.first { stroke: var(--first); } .line.second { stroke: var(--second); } .line.third { stroke: var(--third); }
.bar.first { fill: var(--first); } .bar.second { fill: var(--second); } .bar.third { fill: var(--third); }
.whisker { stroke: var(--ink); stroke-width: 1.5; } .mark { stroke: var(--bad); stroke-dasharray: 4 4; }
@media print { :root { color-scheme: light; } main { padding: 0; max-width: none; }
  h2, section.check, table { break-inside: avoid; } }
`;
