/** Filters that the viewer has given a name, kept in this browser: what a link is to others, a name is to oneself. */
import { useSyncExternalStore } from 'react';
import { readTasksSearch, type TasksSearch } from './search.ts';

export type Kept = { name: string; search: TasksSearch };

const KEPT_AS = 'sluice-task-filters';
const MOST = 20;

const listeners = new Set<() => void>();
let known: { text: string | null; kept: readonly Kept[] } = { text: null, kept: [] };

function read(): readonly Kept[] {
  const text = localStorage.getItem(KEPT_AS);
  if (text !== known.text) known = { text, kept: parsed(text) };
  return known.kept;
}

/** Somebody else may have written there, also an older console. */
function parsed(text: string | null): Kept[] {
  if (text === null) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.flatMap(keptOf) : [];
  } catch {
    return [];
  }
}

function keptOf(each: unknown): Kept[] {
  if (typeof each !== 'object' || each === null || !('name' in each) || !('search' in each)) return [];
  const { name, search } = each;
  if (typeof name !== 'string' || typeof search !== 'object' || search === null) return [];
  return [{ name, search: readTasksSearch({ ...search }) }];
}

function write(kept: readonly Kept[]): void {
  localStorage.setItem(KEPT_AS, JSON.stringify(kept));
  for (const listener of listeners) listener();
}

/** Under a name that is there already, it takes the place of what it named. */
export function keep(name: string, search: TasksSearch): void {
  write([...read().filter((each) => each.name !== name), { name, search }].slice(-MOST));
}

export function forget(name: string): void {
  write(read().filter((each) => each.name !== name));
}

export function useKept(): readonly Kept[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    window.addEventListener('storage', listener);
    return () => {
      listeners.delete(listener);
      window.removeEventListener('storage', listener);
    };
  }, read);
}
