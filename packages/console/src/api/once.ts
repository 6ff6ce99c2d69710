/**
 * What is created is created once, however often a person presses. The SDK repeats one call under one Idempotency-Key;
 * this goes on where it gives up: while nobody has heard what became of a create, the same one is sent again under the
 * same key, so that what arrived after all is found instead of made, and paid for, twice.
 *
 * If it dies in the middle: the key is noted before the request leaves, for this tab, and is there again after a
 * reload. What was asked is noted as a digest only: there are prompts and credentials in it.
 */
import { isSluiceError } from '@sluice/sdk';

type Fetch = (url: string, init: RequestInit) => Promise<Response>;
type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>;

type OnceOptions = {
  storage: Storage;
  now: () => number;
  /** What a person sent again had arrived the first time; this answer tells of it. */
  onFound: () => void;
};

type Open = { asked: string; key: string; atMs: number };

const KEPT_AS = 'sluice-open-creates';
/** As long as the gateway keeps an answer. */
const KEPT_MS = 24 * 3_600_000;
const HEADER = 'idempotency-key';

export function once(send: Fetch, { storage, now, onFound }: OnceOptions): Fetch {
  /** Sent by this page and not answered yet: an equal order beside it is an order of its own. */
  const underWay = new Set<string>();
  return async (url, init) => {
    const headers = new Headers(init.headers);
    const minted = headers.get(HEADER);
    if (minted === null || typeof init.body !== 'string') return send(url, init);
    const asked = digest(`${headers.get('sluice-account')} ${url} ${init.body}`);
    const before = read().find((each) => each.asked === asked && !underWay.has(each.key));
    const key = before?.key ?? minted;
    headers.set(HEADER, key);
    underWay.add(key);
    if (!before) write([...read(), { asked, key, atMs: now() }]);
    try {
      const response = await send(url, { ...init, headers: Object.fromEntries(headers) });
      if (!isOpen(response.status)) {
        write(read().filter((each) => each.key !== key));
        if (key !== minted && response.headers.get('idempotent-replayed') === 'true') onFound();
      }
      return response;
    } finally {
      underWay.delete(key);
    }
  };

  function read(): Open[] {
    const kept: unknown = JSON.parse(storage.getItem(KEPT_AS) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isKept).filter(({ atMs }) => now() - atMs < KEPT_MS) : [];
  }

  function write(open: readonly Open[]): void {
    if (open.length === 0) storage.removeItem(KEPT_AS);
    else storage.setItem(KEPT_AS, JSON.stringify(open));
  }
}

function isKept(each: unknown): each is Open {
  return typeof each === 'object' && each !== null && 'asked' in each && 'key' in each && 'atMs' in each;
}

/** Whether nobody knows what became of it; the other errors of a create say that nothing was made. */
export function mayHaveArrived(error: unknown): boolean {
  if (!isSluiceError(error)) return true;
  if (error.status !== null) return isOpen(error.status);
  return error.code !== 'connection_failed';
}

/** Another one of the same is being worked on, or the gateway, or a proxy before it, stumbled over it. */
function isOpen(status: number): boolean {
  return status === 409 || status >= 500;
}

/** 53 bits, enough to tell apart what one tab has sent: `crypto.subtle` is withheld from pages over plain http. */
function digest(text: string): string {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x9e3779b1);
    high = Math.imul(high ^ text.charCodeAt(at), 0x5f356495);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return (4_294_967_296 * (high & 0x1fffff) + (low >>> 0)).toString(36);
}
