/**
 * Reference pages, written from the catalogues that the code itself uses, so that they cannot be wrong for
 * longer than one run of the tests. What comes in is a loaded module, so its shape is looked at first.
 */

const WRITTEN_BY = 'Written by `npm run golden`; change the catalogue, not this page.';

/** docs/reference/errors.md, from packages/contract/src/errors.ts. */
export function errorsPage(module: Record<string, unknown>): string {
  const errors = Object.entries(recordOf(module, 'errorCatalogue')).map(([code, entry]) => ({
    code,
    status: numberOf(entry, 'status', code),
    title: textOf(entry, 'title', code),
    fix: textOf(entry, 'fix', code),
    retryable: flagOf(entry, 'retryable', code),
  }));
  const rows = errors
    .sort((a, b) => a.status - b.status || a.code.localeCompare(b.code))
    .map(({ code, status, title, fix, retryable }) => [
      `\`${code}\``,
      String(status),
      title,
      fix,
      retryable ? 'yes' : 'no',
    ]);
  const endings = Object.entries(recordOf(module, 'taskErrorCatalogue')).map(([code, meaning]) => {
    if (typeof meaning !== 'string') throw new Error(`taskErrorCatalogue.${code} is not a sentence`);
    return [`\`${code}\``, meaning];
  });
  return page('Error codes', [
    'Every refusal has one shape:',
    '`{ "error": { code, message, field?, allowed?, fix, retryable, request_id } }`.',
    'A program should read `code`; the sentences may be reworded. _Retry_ says whether the same request may',
    'succeed later. A request refused with 4xx created, held and charged nothing.',
    '',
    '## Refusals',
    '',
    ...table(['code', 'status', 'what it means', 'what to do', 'retry'], rows),
    '',
    '## Ends of a task',
    '',
    'An accepted task that ends without a clip says why in its `error.code`. Nothing is charged for it.',
    '',
    ...table(['code', 'what it means'], endings),
  ]);
}

/** docs/reference/metrics.md, from packages/server/src/effects/telemetry/catalogue.ts. */
export function metricsPage(module: Record<string, unknown>): string {
  const rows = Object.entries(recordOf(module, 'metricCatalogue')).map(([name, entry]) => [
    `\`${name}\``,
    textOf(entry, 'kind', name),
    labelsOf(entry, name),
    textOf(entry, 'help', name),
  ]);
  return page('Metrics', [
    'Served at `GET /metrics` in the Prometheus text format. Names and labels are part of the public',
    'surface: a change is in the changelog.',
    '',
    ...table(['name', 'kind', 'labels', 'what it says'], rows),
  ]);
}

function page(title: string, body: string[]): string {
  return [`# ${title}`, '', WRITTEN_BY, '', ...body, ''].join('\n');
}

/** With the columns padded, as the formatter of the documents wants them. */
function table(head: string[], rows: string[][]): string[] {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')),
  );
  const widths = head.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? '')].length), 3));
  const padded = (cell: string, column: number): string =>
    cell + ' '.repeat((widths[column] ?? 0) - [...cell].length);
  const line = (row: string[]): string => `| ${row.map(padded).join(' | ')} |`;
  const [top = '', ...rest] = cells.map(line);
  return [top, line(widths.map((width) => '-'.repeat(width))), ...rest];
}

function recordOf(module: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = module[name];
  if (!isRecord(value)) throw new Error(`no exported object called ${name}`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function fieldOf(entry: unknown, field: string): unknown {
  return isRecord(entry) ? entry[field] : undefined;
}

function textOf(entry: unknown, field: string, name: string): string {
  const value = fieldOf(entry, field);
  if (typeof value !== 'string' || value === '') throw new Error(`${name} has no ${field}`);
  return value;
}

function numberOf(entry: unknown, field: string, name: string): number {
  const value = fieldOf(entry, field);
  if (typeof value !== 'number') throw new Error(`${name} has no ${field}`);
  return value;
}

function flagOf(entry: unknown, field: string, name: string): boolean {
  const value = fieldOf(entry, field);
  if (typeof value !== 'boolean') throw new Error(`${name} has no ${field}`);
  return value;
}

function labelsOf(entry: unknown, name: string): string {
  const labels = fieldOf(entry, 'labels') ?? [];
  if (!Array.isArray(labels)) throw new Error(`the labels of ${name} are not a list`);
  return labels.map((label) => `\`${String(label)}\``).join(' ') || '–';
}
