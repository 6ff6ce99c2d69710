/** What tools answer: a few words for the model, the facts beside them, and links to clips. */
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { isSluiceError, type Task } from '@sluice/sdk';

export function told(text: string, facts: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text }], structuredContent: facts };
}

/** A refusal is something that the model should read and act on, not a broken tool. */
export async function orRefusal(run: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await run();
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    const { code, message, field, allowed, fix } = error;
    const where = field === undefined ? '' : ` (${field})`;
    const choice = allowed === undefined ? '' : ` Allowed: ${JSON.stringify(allowed)}.`;
    return {
      isError: true,
      content: [{ type: 'text', text: `${code}${where}: ${message}${choice} ${fix}` }],
    };
  }
}

export function taskResult(task: Task): CallToolResult {
  const clip = task.assets.find(({ kind }) => kind === 'video');
  const result = told(sentenceOf(task), factsOf(task));
  if (clip) {
    const description = `${clip.width ?? '?'}×${clip.height ?? '?'}, ${clip.duration_seconds ?? '?'} s`;
    result.content.push({
      type: 'resource_link',
      uri: clip.url,
      name: `${task.id}.mp4`,
      title: task.prompt.slice(0, 80),
      description,
      mimeType: clip.content_type,
    });
  }
  // A render that came to nothing is told as such; nothing was charged.
  return task.status === 'failed' ? { ...result, isError: true } : result;
}

export function sentenceOf(task: Task): string {
  switch (task.status) {
    case 'pending':
      return `${task.id} waits${task.wait ? ` (${task.wait.reason}, place ${task.wait.position})` : ''}.`;
    case 'processing':
      return `${task.id} is ${task.stage}, ${task.progress} % done.`;
    case 'completed':
      return `${task.id} is done and cost ${priceOf(task)}: ${task.results[0] ?? ''}`;
    case 'failed':
      return `${task.id} failed: ${task.error?.code ?? 'unknown'}: ${task.error?.message ?? ''} Nothing was charged.`;
    case 'cancelled':
      return `${task.id} was cancelled.`;
  }
}

function priceOf({ charge }: Task): string {
  return charge ? `${charge.amount} ${charge.currency}` : 'nothing';
}

function factsOf(task: Task): Record<string, unknown> {
  const { id, status, stage, progress, model, mode, prompt, path, wait, charge, held, error, sandbox } = task;
  const expected_end = wait?.expected_end ?? null;
  const clips = task.assets.filter(({ kind }) => kind === 'video');
  return {
    task_id: id,
    status,
    stage,
    progress,
    model,
    mode,
    prompt,
    path,
    expected_end,
    held: held?.amount ?? null,
    charge: charge?.amount ?? null,
    currency: (charge ?? held)?.currency ?? null,
    error,
    sandbox,
    clips: clips.map(({ url, expires_at, sha256, bytes, duration_seconds }) => ({
      url,
      expires_at,
      sha256,
      bytes,
      duration_seconds,
    })),
  };
}
