/** Which plan is shown. */
export type PlanSearch = { id?: string };

export function readPlanSearch(raw: Record<string, unknown>): PlanSearch {
  return typeof raw.id === 'string' && raw.id !== '' ? { id: raw.id.slice(0, 100) } : {};
}
