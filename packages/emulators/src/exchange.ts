/**
 * What goes in and out of an emulator: a request and an answer as plain values, so that no network is
 * needed.
 */
export type EmulatorRequest = {
  method: string;
  /** Path with query, or a full URL. */
  url: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: Uint8Array;
};

export type EmulatorAnswer = {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: Uint8Array;
  /** Hold the answer back for so long; the effect has already happened. */
  delayMs?: number;
  /** Promise the whole body (content-length), send only so many bytes, then cut the connection. */
  cutAfterBytes?: number;
  /** Send the body in small pieces with a pause between them. */
  trickle?: { bytes: number; everyMs: number };
};

/** Cut the connection without an answer. Whatever the request had to effect has been effected. */
export type EmulatorDrop = { drop: true; delayMs?: number };

export type EmulatorReply = EmulatorAnswer | EmulatorDrop;

export type Emulator = { handle(request: EmulatorRequest): Promise<EmulatorReply> };

export type EmulatorClock = {
  /** Unix milliseconds. */
  now(): number;
};

export type EmulatorRandom = {
  /** Uniform in [0, 1). */
  fraction(): number;
  bytes(length: number): Uint8Array;
};

export function isDrop(reply: EmulatorReply): reply is EmulatorDrop {
  return 'drop' in reply;
}

export function textAnswer(status: number, contentType: string, body: string | Uint8Array): EmulatorAnswer {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return {
    status,
    headers: { 'content-type': contentType, 'content-length': String(bytes.length) },
    body: bytes,
  };
}
