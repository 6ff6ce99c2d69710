/** A line of an attempt's history. The timeline shows it as it is, so nothing secret may go in. */
import type { Note } from '../store/submit.ts';

export function note(nowMs: number, kind: string, summary: string, data: Record<string, unknown> = {}): Note {
  return { at: new Date(nowMs).toISOString(), kind, summary: summary.slice(0, 500), data };
}
