/** Tasks as the doors read them: of the caller's account only, without what was removed, with their client's words. */
import type { Task } from '@sluice/contract';
import { z } from 'zod';
import type { DoorPage, TaskRow } from '../../store/reads.ts';
import { linkBase } from '../links.ts';
import { taskViews } from '../views/tasks.ts';
import type { DoorCall } from './door.ts';

/** `words`: null when it was ordered elsewhere; the door then says what it can out of the task. */
export type DoorTask = { task: Task; door: string | null; words: Record<string, unknown> | null };

const Words = z.record(z.string(), z.unknown()).nullable();

export async function findTask(call: DoorCall, id: string): Promise<DoorTask | null> {
  const row = await call.context.store.reads.task(id, call.accountId);
  if (!row || row.removed_at !== null) return null;
  const [found] = await shown(call, [row]);
  return found ?? null;
}

export async function listTasks(call: DoorCall, page: DoorPage): Promise<DoorTask[]> {
  return shown(call, await call.context.store.reads.page(call.accountId, page));
}

async function shown({ context, request }: DoorCall, rows: readonly TaskRow[]): Promise<DoorTask[]> {
  const tasks = await taskViews(context, rows, linkBase(context.settings, request));
  return tasks.map((task, index) => ({
    task,
    door: rows[index]?.door ?? null,
    words: Words.parse(rows[index]?.client_words ?? null),
  }));
}
