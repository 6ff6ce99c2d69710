/**
 * A reader of server-sent events, after the "event stream interpretation" of the HTML standard. Our own,
 * because the browser's EventSource cannot send an Authorization header.
 */

export type Message = { id: string; event: string; data: string };

export type EventParser = {
  /** Text in, messages out; a message may be spread over any number of calls. */
  feed(text: string): Message[];
};

/** More than this in one message is not one of our events, and would otherwise grow without end. */
const MAX_MESSAGE_CHARACTERS = 1_048_576;

export function createEventParser(): EventParser {
  let rest = '';
  let endedWithCr = false;
  // An id stays in force until another is sent; the standard wants it carried over.
  let id = '';
  let event = '';
  let data: string[] = [];
  let size = 0;

  function take(line: string): Message | null {
    if (line === '') {
      const message = data.length > 0 ? { id, event: event || 'message', data: data.join('\n') } : null;
      event = '';
      data = [];
      size = 0;
      return message;
    }
    const colon = line.indexOf(':');
    // A line that starts with a colon is a comment: a sign of life, nothing else.
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    // `retry` is left out on purpose: our own backoff decides when to reconnect.
    return null;
  }

  return {
    feed(text) {
      const input = rest + (endedWithCr && text.startsWith('\n') ? text.slice(1) : text);
      // A lone CR ends a line too; when it ends a chunk, the LF that may follow belongs to it.
      if (text !== '') endedWithCr = text.endsWith('\r');
      const lines = input.split(/\r\n|\r|\n/);
      rest = lines.pop() ?? '';
      const messages: Message[] = [];
      for (const line of lines) {
        size += line.length;
        const message = take(line);
        if (message) messages.push(message);
      }
      if (size + rest.length > MAX_MESSAGE_CHARACTERS) throw new RangeError('an event is too large');
      return messages;
    },
  };
}

/**
 * Messages of a response body. Throws `StalledError` when not even a comment comes for `idleTimeoutMs`,
 * because a connection whose other end vanished looks the same as a quiet one.
 */
export async function* readMessages(
  body: ReadableStream<Uint8Array>,
  idleTimeoutMs: number,
): AsyncGenerator<Message[], void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = createEventParser();
  try {
    for (;;) {
      const chunk = await withinIdleTime(reader.read(), idleTimeoutMs);
      if (chunk.done) return;
      yield parser.feed(decoder.decode(chunk.value, { stream: true }));
    }
  } finally {
    // Ends the request when the consumer leaves the loop early. It may fail on a broken body: no matter.
    await reader.cancel().catch(() => {});
  }
}

export class StalledError extends Error {
  override readonly name = 'StalledError';
}

async function withinIdleTime<T>(work: Promise<T>, idleTimeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StalledError(`silent for ${idleTimeoutMs} ms`)), idleTimeoutMs);
  });
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
