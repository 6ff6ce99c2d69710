/** A trace: a header, then a line for each task. Only `at` must be there. */
import { Mode, type Refusal, Resolution, Sound } from '@sluice/contract';

export type TraceLine = {
  /** As a person counts, the header is line 1. */
  line: number;
  atMs: number;
  account: string;
  model?: string;
  mode?: Mode;
  seconds?: number;
  resolution?: Resolution;
  sound?: Sound;
};

const COLUMNS = ['at', 'model', 'mode', 'seconds', 'resolution', 'sound', 'account'] as const;
type Column = (typeof COLUMNS)[number];

const FIELD = 'workload.csv';

export function readTrace(csv: string, most: number): TraceLine[] | Refusal {
  const lines = csv.split(/\r?\n/);
  const header = cells(lines[0] ?? '').map((name) => name.toLowerCase());
  const unknown = header.filter((name) => !COLUMNS.includes(name as Column));
  if (!header.includes('at') || unknown.length > 0) {
    const message = unknown.length > 0 ? `Unknown column ${unknown[0]}.` : 'There is no column `at`.';
    return { code: 'invalid_input', field: FIELD, message, allowed: [...COLUMNS] };
  }
  const read: TraceLine[] = [];
  for (const [index, text] of lines.entries()) {
    if (index === 0 || text.trim() === '') continue;
    if (read.length === most) {
      return { code: 'invalid_input', field: FIELD, message: `A trace has at most ${most} tasks.` };
    }
    const line = readLine(header, cells(text), index + 1);
    if ('code' in line) return line;
    read.push(line);
  }
  if (read.length === 0) return { code: 'invalid_input', field: FIELD, message: 'The trace has no tasks.' };
  return read;
}

function readLine(header: readonly string[], values: readonly string[], line: number): TraceLine | Refusal {
  const of = (column: Column) => values[header.indexOf(column)] ?? '';
  const refuse = (column: Column, allowed?: readonly string[]): Refusal => ({
    code: 'invalid_input',
    field: FIELD,
    message: `Line ${line}: ${column} is not one: "${of(column).slice(0, 40)}".`,
    ...(allowed ? { allowed } : {}),
  });
  const at = of('at');
  const atMs = /^\d+(\.\d+)?$/.test(at) ? Number(at) * 1000 : Date.parse(at);
  if (!Number.isFinite(atMs)) return refuse('at');
  const task: TraceLine = { line, atMs, account: of('account') || 'everybody' };
  if (of('model') !== '') task.model = of('model');
  if (of('mode') !== '') {
    const mode = Mode.safeParse(of('mode'));
    if (!mode.success) return refuse('mode', Mode.options);
    task.mode = mode.data;
  }
  if (of('seconds') !== '') {
    const seconds = Number(of('seconds'));
    if (!(seconds > 0 && seconds <= 300)) return refuse('seconds');
    task.seconds = seconds;
  }
  if (of('resolution') !== '') {
    const resolution = Resolution.safeParse(of('resolution'));
    if (!resolution.success) return refuse('resolution', Resolution.options);
    task.resolution = resolution.data;
  }
  if (of('sound') !== '') {
    const sound = Sound.safeParse(of('sound'));
    if (!sound.success) return refuse('sound', Sound.options);
    task.sound = sound.data;
  }
  return task;
}

/** Commas, with quotes around what has some; nothing that a trace needs holds a quote itself. */
function cells(line: string): string[] {
  const found = line.match(/("[^"]*"|[^,]*)(,|$)/g) ?? [];
  const values = found.map((cell) => cell.replace(/,$/, '').trim().replace(/^"|"$/g, ''));
  // The match at the very end of the line is empty.
  return line.endsWith(',') ? values : values.slice(0, -1);
}
