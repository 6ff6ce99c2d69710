/** Abort signals that let go of each other: a signal that lives for hours must not collect listeners. */

/** A controller that also aborts with `outer`, and lets go of it once it has aborted itself. */
export function linked(outer: AbortSignal | undefined): AbortController {
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort, { once: true });
  const letGo = (): void => outer?.removeEventListener('abort', abort);
  controller.signal.addEventListener('abort', letGo, { once: true });
  return controller;
}
