/** A comparison as one HTML page that stands alone: for procurement, on a screen or on paper. Loads nothing. */
import { type Comparison, cellOf, type DossierFact, mixText } from '@sluice/sdk';

export function comparisonHtml(comparison: Comparison): string {
  const { made_at: madeAt, peak_in_flight: peak, stale_after_days: staleDays } = comparison;
  const title = 'Access paths compared';
  const asked = `${mixText(comparison)}${peak === null ? '' : `; ${peak} clips at once at the peak`}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${htmlText(title)}</h1>
<p class="mix">${htmlText(asked)}</p>
<p class="small">Made on ${madeAt.slice(0, 10)}. Prices in USD, worst case. Facts that nobody reviewed for more than
${staleDays} days are marked stale.</p>
</header>
${verdictPart(comparison)}
${matrixPart(comparison)}
${concernsPart(comparison)}
${questionsPart(comparison)}
${sourcesPart(comparison)}
</body>
</html>
`;
}

function verdictPart({ verdict }: Comparison): string {
  const [first = '', ...rest] = verdict.sentences;
  return `<section class="verdict"><h2>Verdict</h2><p class="lead">${htmlText(first)}</p>${
    rest.length === 0 ? '' : `<ul>${rest.map((each) => `<li>${htmlText(each)}</li>`).join('')}</ul>`
  }</section>`;
}

function matrixPart({ candidates, checks }: Comparison): string {
  const head = candidates.map(
    ({ name, provider_name: vendor, rank, kind }) =>
      `<th scope="col"${rank === 1 ? ' class="best"' : ''}>${htmlText(name)}<span>${htmlText(vendor)}${
        kind === 'vendor' ? ', no path yet' : ''
      }</span></th>`,
  );
  const rows = checks.map(({ check, number, title }) => {
    const cells = candidates.map((candidate) => {
      const { text, grade, reviewedOn, stale } = cellOf(candidate, check);
      const when = reviewedOn === null ? '' : ` ${reviewedOn}`;
      const best = candidate.rank === 1 ? ' class="best"' : '';
      const mark = `<span class="grade ${htmlText(grade)}">${htmlText(grade)}${when}${stale ? ', stale' : ''}</span>`;
      return `<td${best}>${htmlText(text)}${mark}</td>`;
    });
    return `<tr id="check-${number}"><th scope="row">${number}. ${htmlText(title)}</th>${cells.join('')}</tr>`;
  });
  return `<section><h2>The checks</h2><div class="wide"><table><thead><tr><th></th>${head.join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

function concernsPart({ candidates }: Comparison): string {
  const items = candidates.map(({ name, concerns }) => {
    const said = concerns.length === 0 ? ['Nothing that is known.'] : concerns;
    return `<dt>${htmlText(name)}</dt><dd>${said.map(htmlText).join('<br>')}</dd>`;
  });
  return `<section><h2>What speaks against each</h2><dl>${items.join('\n')}</dl></section>`;
}

function questionsPart({ candidates }: Comparison): string {
  const letters = candidates
    .filter(({ open_questions: open }) => open.length > 0)
    .map(({ provider_name: vendor, name, open_questions: open }) => {
      const list = open.map(
        ({ question, because }) =>
          `<li>${htmlText(question)} <span class="small">(${htmlText(because)})</span></li>`,
      );
      return `<h3>${htmlText(vendor)} <span class="small">${htmlText(name)}</span></h3><ol>${list.join('')}</ol>`;
    });
  return `<section><h2>Questions to the vendors</h2>${letters.join('\n')}</section>`;
}

function sourcesPart({ candidates }: Comparison): string {
  const blocks = candidates.map((candidate) => {
    const rows = candidate.checks.flatMap(({ facts }) => facts.flatMap((fact) => sourceRows(fact)));
    return `<h3>${htmlText(candidate.name)}</h3><table class="sources"><thead><tr><th>Fact</th><th>Value</th>
<th>Grade</th><th>By</th><th>Reviewed</th><th>Source</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
  });
  return `<section class="sources"><h2>Every fact with its source</h2>${blocks.join('\n')}</section>`;
}

function sourceRows({ title, standing, statements, disagree }: DossierFact): string[] {
  if (standing === null) {
    return [
      `<tr><td>${htmlText(title)}</td><td colspan="5" class="unknown">unknown: nobody has looked</td></tr>`,
    ];
  }
  const shown = disagree ? statements : statements.filter((each) => each.origin === standing.origin);
  return shown.map((each, index) => {
    const { source } = each;
    const address = source.url !== undefined && /^https?:\/\//i.test(source.url) ? source.url : null;
    const name =
      address === null
        ? htmlText(source.name)
        : `<a href="${htmlText(address)}">${htmlText(source.name)}</a>`;
    const note = each.note === null ? '' : ` <span class="small">${htmlText(each.note)}</span>`;
    const label =
      index === 0 ? `${htmlText(title)}${disagree ? ' <b class="disputed">disputed</b>' : ''}` : '';
    return `<tr><td>${label}</td><td${each.value === null ? ' class="unknown"' : ''}>${htmlText(each.text)}${note}</td>
<td>${htmlText(each.grade)}</td><td>${htmlText(each.origin)}</td><td>${htmlText(source.reviewed_on)}${
      each.stale ? ', stale' : ''
    }</td><td>${name}</td></tr>`;
  });
}

function htmlText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root { color-scheme: light; --line: #d9dce1; --ink: #1b1f24; --soft: #5a6472; --best: #eef7f0; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: #fff; max-width: 1180px;
  margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 36px 0 10px; } h3 { font-size: 15px; margin: 20px 0 6px; }
.mix { font-size: 16px; margin: 0; } .small { color: var(--soft); font-size: 12.5px; font-weight: 400; }
.verdict { border-left: 4px solid #2c7a4b; background: var(--best); padding: 14px 20px; margin-top: 24px; }
.verdict h2 { margin: 0 0 6px; } .lead { font-size: 16.5px; font-weight: 600; margin: 0 0 8px; }
.verdict ul { margin: 0; padding-left: 18px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { border: 1px solid var(--line); padding: 7px 9px; text-align: left; vertical-align: top; min-width: 92px; }
thead th { background: #f5f6f8; }
thead th span { display: block; font-weight: 400; color: var(--soft); font-size: 12px; }
tbody th { background: #f5f6f8; width: 150px; } .best { background: var(--best); }
.grade { display: block; margin-top: 4px; font-size: 11.5px; color: var(--soft); }
.grade.measured { color: #2c7a4b; } .grade.unknown, .unknown, .disputed { color: #a4480d; }
dt { font-weight: 600; margin-top: 10px; } dd { margin: 2px 0 0; }
ol { margin: 0; padding-left: 22px; } li { margin: 2px 0; }
.sources table { font-size: 12px; } .sources td:nth-child(2) { width: 38%; } a { color: #1d5fa8; }
@media print { body { padding: 0; max-width: none; font-size: 11pt; } .wide { overflow: visible; }
  table { font-size: 8.5pt; } .sources table { font-size: 8pt; }
  tr, dt, .verdict { break-inside: avoid; } h2, h3 { break-after: avoid; }
  section.sources { break-before: page; }
  a { color: inherit; text-decoration: none; } @page { size: A4 landscape; margin: 12mm; } }
`;
