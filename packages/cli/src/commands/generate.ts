/** `sluice generate`: upload, order, wait, save, receipt. */
import type { CreateGeneration, Sluice, Task } from '@sluice/sdk';
import type { Command } from 'commander';
import type { Invocation, Register } from '../invocation.ts';
import { awaitTask } from '../order/await-task.ts';
import { uploadInputs } from '../order/inputs.ts';
import { readOrder } from '../order/order.ts';
import { addOrderFlags, type OrderFlags } from '../order/order-flags.ts';
import { makeReceipt, receiptText } from '../order/receipt.ts';
import { type SavedClip, saveClips } from '../order/save-clip.ts';
import { stageWord, waitText } from '../order/task-words.ts';
import { startProgress } from '../output/progress.ts';
import { fields } from '../output/table.ts';
import { amount, size } from '../output/text.ts';

type GenerateFlags = OrderFlags & {
  output?: string;
  wait: boolean;
  save: boolean;
  idempotencyKey?: string;
};

export const register: Register = (command, context) => {
  addOrderFlags(command, context.surroundings.now)
    .optionsGroup('Here:')
    .option('-o, --output <file>', 'where to save the clip, a file or a folder (default: ./<task>.mp4)')
    .option('--no-wait', 'print the task and return at once')
    .option('--no-save', 'wait, but do not download')
    .option('--idempotency-key <key>', 'your own id: the same key never orders twice')
    .addHelpText('after', EXAMPLES)
    .action(async (prompt: string | undefined, flags: GenerateFlags, invoked: Command) => {
      const invocation = context.begin(invoked);
      const order = await readOrder(prompt, flags, context.surroundings);
      const sluice = await invocation.connect();
      const task = await placeOrder(sluice, order, flags, invocation);
      if (!flags.wait) {
        invocation.output.result(task, (paint) => acceptedText(task, paint));
        return;
      }
      const ended = await awaitTask(sluice, task, invocation);
      const saved = flags.save ? await save(sluice, ended, flags.output, invocation) : [];
      const receipt = await makeReceipt(sluice, ended, saved);
      invocation.output.result(receipt, (paint) => receiptText(receipt, paint));
      if (ended.status !== 'completed') invocation.endBadly();
    });
};

const EXAMPLES = `
Examples:
  $ sluice generate "a fox in the snow" -m kling-3.0 -d 5 -o fox.mp4
  $ sluice generate "she turns around" -m kling-o3 --image-start face.png --image-end back.png
  $ sluice generate "the dancer" -m kling-motion-control -i dancer.png --motion-video dance.mp4
  $ sluice generate -m kling-3.0 --shot "a door:3" --shot "it opens:2" --max-price 1.50
  $ sluice generate --from order.json --no-wait --json
`;

async function placeOrder(
  sluice: Sluice,
  order: CreateGeneration,
  flags: GenerateFlags,
  { output, surroundings }: Invocation,
): Promise<Task> {
  const progress = startProgress(output);
  try {
    const uploaded = await uploadInputs(sluice, order, {
      cwd: surroundings.cwd,
      watcher: {
        starts: (upload, at, of) =>
          progress.show(
            upload.path,
            () => `uploading ${upload.name} (${size(upload.bytes)}), ${at} of ${of}`,
          ),
      },
    });
    return await sluice.tasks.create(uploaded.order, { idempotencyKey: flags.idempotencyKey });
  } finally {
    progress.end();
  }
}

async function save(
  sluice: Sluice,
  task: Task,
  target: string | undefined,
  { output, surroundings }: Invocation,
): Promise<SavedClip[]> {
  const progress = startProgress(output);
  try {
    return await saveClips(sluice, task, {
      cwd: surroundings.cwd,
      output: target,
      signal: surroundings.interruption(),
      onBytes: (received, total) =>
        progress.show('downloading', () => `downloading ${size(received)} of ${size(total)}`),
    });
  } finally {
    progress.end();
  }
}

function acceptedText(task: Task, paint: Parameters<typeof fields>[1]): string {
  const head = `${paint.color.green('✓')} ${paint.color.bold(task.id)}  ${stageWord(task.stage)}`;
  const body = fields(
    [
      ['wait', task.wait && waitText(task.wait, paint.nowMs)],
      ['held', task.held && amount(task.held)],
      ['follow', `sluice tasks watch ${task.id}`],
    ],
    paint,
  );
  return `${head}\n${body.replace(/^/gm, '  ')}`;
}
