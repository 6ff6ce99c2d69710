/** `sluice tasks`: list, get, cancel, timeline, watch, save. */
import type { ListTasksQuery, Sluice, Task, Timeline } from '@sluice/sdk';
import type { Command } from 'commander';
import { instant, integer, oneOf } from '../arguments.ts';
import type { Invocation, Register } from '../invocation.ts';
import { awaitTask } from '../order/await-task.ts';
import { makeReceipt, receiptText } from '../order/receipt.ts';
import { saveClips } from '../order/save-clip.ts';
import { reasonWord, stageColor, stageWord, waitText } from '../order/task-words.ts';
import type { Paint } from '../output/output.ts';
import { fields, table } from '../output/table.ts';
import { amount, brief, clean, moment, relative, secondsBetween, span } from '../output/text.ts';

type ListFlags = {
  limit?: number;
  cursor?: string;
  all?: boolean;
  status?: NonNullable<ListTasksQuery['status']>;
  stage?: NonNullable<ListTasksQuery['stage']>;
  model?: string;
  path?: string;
  account?: string;
  since?: string;
  until?: string;
};

export const register: Register = (command, context) => {
  const { now } = context.surroundings;
  const begin = (invoked: Command) => context.begin(invoked);
  addListFlags(command.command('list').description('List tasks, newest first.'), now).action(
    async (flags: ListFlags, invoked: Command) => listTasks(begin(invoked), flags),
  );
  command
    .command('get')
    .description('Read one task.')
    .argument('<task>')
    .action(async (id: string, _flags: object, invoked: Command) => {
      const { connect, output } = begin(invoked);
      const task = await (await connect()).tasks.get(id);
      output.result(task, (paint) => taskText(task, paint));
    });
  command
    .command('cancel')
    .description('Cancel a task; free while it waits.')
    .argument('<task>')
    .action(async (id: string, _flags: object, invoked: Command) => {
      const { connect, output } = begin(invoked);
      const result = await (await connect()).tasks.cancel(id);
      output.result(result, ({ color }) =>
        result.outcome === 'canceled'
          ? `${color.green('✓')} ${id} is cancelled. Nothing is charged.`
          : `${color.yellow('…')} ${id} is being sent right now; it is cancelled if that is still possible.`,
      );
    });
  command
    .command('timeline')
    .description('Everything that happened to a task, in order.')
    .argument('<task>')
    .action(async (id: string, _flags: object, invoked: Command) => {
      const { connect, output } = begin(invoked);
      const timeline = await (await connect()).tasks.timeline(id);
      output.result(timeline, (paint) => timelineText(timeline, paint));
    });
  command
    .command('watch')
    .description('Follow a task to its end. As JSON: its events, one on each line.')
    .argument('<task>')
    .action(async (id: string, _flags: object, invoked: Command) => watch(begin(invoked), id));
  command
    .command('save')
    .description('Download the clip of a finished task.')
    .argument('<task>')
    .option('-o, --output <file>', 'a file or a folder (default: ./<task>.mp4)')
    .action(async (id: string, flags: { output?: string }, invoked: Command) => {
      await save(begin(invoked), id, flags.output);
    });
};

function addListFlags(command: Command, now: () => number): Command {
  const statuses = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;
  return command
    .option('-n, --limit <n>', 'at most so many (default: 50)', integer)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .option('--all', 'all pages')
    .option('--status <status>', statuses.join(', '), oneOf(...statuses))
    .option('--stage <stage>', 'queued, sending, unknown, rendering, saving, …')
    .option('-m, --model <id>')
    .option('--path <name>')
    .option('--since <time>', 'created after (a time, or 2h: so long ago)', instant(now, 'back'))
    .option('--until <time>', 'created before', instant(now, 'back'))
    .option('--account <id>', 'operators only');
}

async function listTasks({ connect, output }: Invocation, flags: ListFlags): Promise<void> {
  const sluice = await connect(flags.account ? 'operator' : 'account');
  const { limit, cursor, status, stage, model, path, account, since, until } = flags;
  const query: ListTasksQuery = {
    limit,
    cursor,
    status,
    stage,
    model,
    path,
    account,
    created_after: since,
    created_before: until,
  };
  const page = flags.all
    ? { object: 'list' as const, data: await everything(sluice, query), next_cursor: null }
    : await sluice.tasks.list(query);
  output.result(page, (paint) => tableOfTasks(page.data, paint));
  if (page.next_cursor) output.note(({ color }) => color.dim(`More: --cursor ${page.next_cursor}`));
}

async function everything(sluice: Sluice, query: ListTasksQuery): Promise<Task[]> {
  const all: Task[] = [];
  for await (const task of sluice.tasks.all({ ...query, limit: query.limit ?? 200 })) all.push(task);
  return all;
}

async function watch(invocation: Invocation, id: string): Promise<void> {
  const { connect, output, surroundings } = invocation;
  const sluice = await connect();
  if (output.mode === 'json') {
    const signal = surroundings.interruption();
    for await (const event of sluice.tasks.stream(id, { signal })) {
      output.event(event, () => '');
      if (event.type === 'task.failed' || event.type === 'task.cancelled') invocation.endBadly();
    }
    signal.throwIfAborted();
    return;
  }
  const ended = await awaitTask(sluice, await sluice.tasks.get(id), invocation);
  const receipt = await makeReceipt(sluice, ended, []);
  output.result(receipt, (paint) => receiptText(receipt, paint));
  if (ended.status === 'completed') output.note(`Save it: sluice tasks save ${id}`);
  else invocation.endBadly();
}

async function save(invocation: Invocation, id: string, target: string | undefined): Promise<void> {
  const { connect, output, surroundings } = invocation;
  const sluice = await connect();
  const task = await sluice.tasks.get(id);
  const saved = await saveClips(sluice, task, { cwd: surroundings.cwd, output: target });
  output.result(saved, ({ color }) =>
    saved.length === 0
      ? `${color.yellow('!')} ${id} has no clip: it is ${stageWord(task.stage)}.`
      : saved.map((clip) => `${color.green('✓')} ${clip.path}`).join('\n'),
  );
  if (saved.length === 0) invocation.endBadly();
}

function tableOfTasks(tasks: Task[], paint: Paint): string {
  if (tasks.length === 0) return 'No tasks.';
  const { color, nowMs } = paint;
  return table(
    [
      { title: 'task', cell: (task) => clean(task.id) },
      { title: 'model', cell: (task) => clean(task.model) },
      { title: 'stage', cell: (task) => stageColor(color, task.stage)(stageWord(task.stage)) },
      { title: 'why', cell: (task) => reasonOf(task) },
      { title: 'path', cell: (task) => clean(task.path ?? '') },
      { title: 'created', cell: (task) => relative(task.created_at, nowMs) },
      { title: 'charge', cell: (task) => amount(task.charge), align: 'right' },
      { title: 'prompt', cell: (task) => brief(task.prompt, 200), flexible: true },
    ],
    tasks,
    paint,
  );
}

function reasonOf(task: Task): string {
  if (task.error) return clean(task.error.code);
  return task.wait ? `${reasonWord(task.wait.reason)} (${task.wait.position})` : '';
}

function taskText(task: Task, paint: Paint): string {
  const { color, nowMs } = paint;
  const { quote } = task;
  const held = `${quote.maximum} ${quote.currency}, ${clean(quote.price_sheet)} of ${quote.price_date}`;
  const body = fields(
    [
      ['model', `${clean(task.model)}, ${task.mode}`],
      [
        'clip',
        [span(task.duration), task.quality, task.aspect_ratio, `sound ${task.sound}`]
          .filter(Boolean)
          .join(', '),
      ],
      ['prompt', brief(task.prompt, 200)],
      ['wait', task.wait && waitText(task.wait, nowMs)],
      ['error', task.error && color.red(`${task.error.code}: ${clean(task.error.message)}`)],
      ['path', task.path && clean(task.path)],
      ['created', `${moment(task.created_at)} UTC, ${relative(task.created_at, nowMs)}`],
      ['started', task.started_at && `${moment(task.started_at)} UTC`],
      ['finished', task.finished_at && `${moment(task.finished_at)} UTC`],
      ['ends by', `${moment(task.finish_by ?? task.deadline_at)} UTC`],
      ['quote', held],
      ['charge', task.charge && amount(task.charge)],
      ...task.assets.map((asset): [string, string] => [asset.kind, asset.url]),
      ['metadata', Object.keys(task.metadata).length > 0 && clean(JSON.stringify(task.metadata))],
      ['sandbox', task.sandbox && color.yellow('made by an emulator')],
    ],
    paint,
  );
  const stage = stageColor(color, task.stage)(stageWord(task.stage));
  return `${color.bold(clean(task.id))}  ${stage}\n${body.replace(/^/gm, '  ')}`;
}

function timelineText(timeline: Timeline, paint: Paint): string {
  const [first] = timeline.data;
  if (!first) return 'Nothing has happened yet.';
  const rows = table(
    [
      { title: 'after', cell: (entry) => span(secondsBetween(first.at, entry.at)), align: 'right' },
      { title: 'lane', cell: (entry) => clean(entry.lane) },
      { title: 'what', cell: (entry) => clean(entry.kind) },
      { title: '', cell: (entry) => brief(entry.summary, 300), flexible: true },
    ],
    timeline.data,
    paint,
  );
  const entries = timeline.data.length === 1 ? '1 entry' : `${timeline.data.length} entries`;
  const head = `${clean(timeline.task_id)} from ${moment(first.at)} UTC, ${entries}`;
  return `${paint.color.dim(head)}\n${rows}`;
}
