/** Reads of the legacy generation: one task by its own or the caller's id, and the numbered pages. */
import { badValue } from './errors.ts';
import type { QueryFault } from './faults.ts';
import type { Found } from './queries.ts';
import { legacyRecord, readStatus } from './render.ts';
import { findByExternal, findOwn, type KlingTask } from './state.ts';
import type { Call, World } from './world.ts';

export function legacyTask(
  world: World,
  call: Call,
  product: KlingTask['product'],
  id: string,
  fault: QueryFault | null,
): Found {
  const { name } = call.account;
  const task = findOwn(world.state, name, id) ?? findByExternal(world.state, name, id);
  const visible = task !== null && fault?.do !== 'hide' && isVisible(world, task, product);
  if (!visible) return { ok: false, refusal: badValue(`Task not found by id/external id: ${id}`) };
  const record = legacyRecord(task, readStatus(task), world.links);
  if (fault?.do === 'swap')
    return { ok: true, data: { ...record, task_id: (BigInt(task.id) + 1n).toString() } };
  return { ok: true, data: record };
}

export function legacyPage(world: World, call: Call, product: KlingTask['product']): Found {
  const page = numberOf(call.query.get('pageNum'), 1);
  const size = numberOf(call.query.get('pageSize'), 30);
  if (!isBetween(page, 1, 1000))
    return { ok: false, refusal: badValue('pageNum: must be between 1 and 1000') };
  if (!isBetween(size, 1, 500))
    return { ok: false, refusal: badValue('pageSize: must be between 1 and 500') };
  const tasks = [...world.state.tasks.values()]
    .filter((task) => task.account === call.account.name && isVisible(world, task, product))
    .sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1))
    .slice((page - 1) * size, page * size);
  return { ok: true, data: tasks.map((task) => legacyRecord(task, readStatus(task), world.links)) };
}

function isVisible(world: World, task: KlingTask, product: KlingTask['product']): boolean {
  if (task.product !== product) return false;
  return task.generation === 'legacy' || world.settings.newTasksOnLegacy;
}

function numberOf(text: string | null, fallback: number): number {
  return text === null || text === '' ? fallback : Number(text);
}

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
