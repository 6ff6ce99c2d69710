/** Which grade is explained just now: one at a time on the whole page. */
export type GradeWord = 'unknown' | 'declared' | 'measured';

export type GradeProps = {
  grade: string;
  source?: string | undefined;
  date?: string | undefined;
  stale?: boolean | undefined;
};

export type Fact = Omit<GradeProps, 'grade'> & { grade: GradeWord };
export type Explained = { at: HTMLElement; fact: Fact };

/** A pointer on its way somewhere else asks for nothing. */
const SOON_MS = 250;
/** Long enough to go from the mark to the card. */
const LINGER_MS = 160;

let shown: Explained | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function readExplained(): Explained | null {
  return shown;
}

export function watchExplained(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function explain(at: HTMLElement, fact: Fact, when: 'now' | 'soon'): void {
  clearTimeout(timer);
  if (when === 'now') show({ at, fact });
  else timer = setTimeout(() => show({ at, fact }), SOON_MS);
}

export function toggle(at: HTMLElement, fact: Fact): void {
  clearTimeout(timer);
  show(shown?.at === at ? null : { at, fact });
}

/** For `ref`: a mark that is gone explains nothing. */
export function explains(mark: HTMLElement | null): (() => void) | undefined {
  if (mark === null) return undefined;
  return () => {
    if (shown?.at === mark) dismiss();
  };
}

export function stay(): void {
  clearTimeout(timer);
}

export function leave(): void {
  clearTimeout(timer);
  if (shown !== null) timer = setTimeout(() => show(null), LINGER_MS);
}

export function dismiss(): void {
  clearTimeout(timer);
  show(null);
}

function show(next: Explained | null): void {
  if (shown === next) return;
  shown = next;
  for (const listener of listeners) listener();
}
