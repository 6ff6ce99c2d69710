/** What the address of the playground says to begin with. */
export type PlaygroundSearch = { model?: string; from?: string };

export function readPlaygroundSearch(raw: Record<string, unknown>): PlaygroundSearch {
  return {
    ...(typeof raw.model === 'string' && { model: raw.model.slice(0, 100) }),
    ...(typeof raw.from === 'string' && { from: raw.from.slice(0, 100) }),
  };
}
