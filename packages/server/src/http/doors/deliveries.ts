/**
 * Events in the words of the doors: what each door says about a task when it has ended, written at the moment of the
 * delivery, so that its links live. An event without a task (a test of an endpoint), and a door without words of its
 * own, is told in ours.
 */
import { z } from 'zod';
import type { Context } from '../../lifecycle/context.ts';
import {
  type DeliveryWriter,
  type DeliveryWriters,
  nativeBody,
  type WrittenDelivery,
} from '../../lifecycle/delivery-formats.ts';
import type { DeliveryRow } from '../../store/notify.ts';
import { taskView } from '../views/tasks.ts';
import type { DoorWebhook } from './door.ts';
import { doors } from './doors.ts';

const Words = z.record(z.string(), z.unknown()).nullable();

export const doorWriters: DeliveryWriters = new Map(
  doors.map(({ name, webhook }) => [name, webhook ? writerOf(webhook) : writeNative] as const),
);

async function writeNative(_: Context, delivery: DeliveryRow): Promise<WrittenDelivery> {
  return { body: nativeBody(delivery), signing: 'standard' };
}

function writerOf({ signing, tell }: DoorWebhook): DeliveryWriter {
  return async (context, delivery) => {
    const { task_id: taskId, account_id: accountId, event_id: id, event_type: type } = delivery;
    const row =
      taskId === null || accountId === null ? null : await context.store.reads.task(taskId, accountId);
    if (!row) return { body: nativeBody(delivery), signing };
    const base = context.settings.publicUrl ?? context.settings.localUrl ?? '';
    const task = await taskView(context, row, base);
    const event = { id, type, atMs: delivery.event_at };
    return {
      body: JSON.stringify(tell({ event, task, words: Words.parse(row.client_words), base })),
      signing,
    };
  };
}
