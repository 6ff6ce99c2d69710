import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventParser, type Message, readMessages, StalledError } from './server-sent-events.ts';

const parse = (...texts: string[]): Message[] => {
  const parser = createEventParser();
  return texts.flatMap((text) => parser.feed(text));
};
const message = (data: string, event = 'message', id = ''): Message => ({ id, event, data });

describe('the parser', () => {
  test.each<[string, string, Message[]]>([
    ['one line', 'data: a\n\n', [message('a')]],
    ['several data lines', 'data: a\ndata: b\n\n', [message('a\nb')]],
    ['only one space is taken off', 'data:  a\ndata:b\n\n', [message(' a\nb')]],
    ['event and id', 'event: task.created\nid: 7\ndata: a\n\n', [message('a', 'task.created', '7')]],
    [
      'id stays, event does not',
      'id: 7\nevent: e\ndata: a\n\ndata: b\n\n',
      [message('a', 'e', '7'), message('b', 'message', '7')],
    ],
    [
      'an id with a zero byte is not an id',
      'id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n',
      [message('a', 'message', '7'), message('b', 'message', '7')],
    ],
    ['CR and CRLF', 'data: a\r\rdata: b\r\n\r\n', [message('a'), message('b')]],
    ['comments', ': beat\n\n:\n\ndata: a\n: in between\n\n', [message('a')]],
    ['a field without a colon', 'data\n\n', [message('')]],
    ['unknown fields and retry', 'retry: 1\nfoo: bar\ndata: a\n\n', [message('a')]],
    ['nothing without data', 'event: e\nid: 1\n\n', []],
    ['an unfinished message is not delivered', 'data: a\n\ndata: b\n', [message('a')]],
  ])('%s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test('does not care how the text is cut', () => {
    const piece = fc.constantFrom(
      'data: a',
      'data:b',
      'id: 1',
      'event: e',
      ': c',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      'é',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        fc.infiniteStream(fc.nat({ max: 5 })),
        (pieces, cuts) => {
          const text = pieces.join('');
          const parts: string[] = [];
          for (let at = 0; at < text.length; ) {
            const length = 1 + (cuts.next().value ?? 0);
            parts.push(text.slice(at, at + length));
            at += length;
          }
          expect(parse(...parts)).toEqual(parse(text));
        },
      ),
    );
  });

  test('a message without end is refused', () => {
    const parser = createEventParser();
    expect(() => {
      for (let i = 0; i < 20; i += 1) parser.feed(`data: ${'x'.repeat(100_000)}\n`);
    }).toThrow(RangeError);
  });
});

describe('reading a body', () => {
  test('characters that are cut in the middle come whole', async () => {
    const bytes = new TextEncoder().encode('data: žluťoučký\n\n');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const all: Message[] = [];
    for await (const messages of readMessages(body, 1_000)) all.push(...messages);
    expect(all).toEqual([message('žluťoučký')]);
  });

  test('silence ends it, and the request is let go', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true;
      },
    });
    const reading = readMessages(body, 5).next();
    await expect(reading).rejects.toBeInstanceOf(StalledError);
    expect(cancelled).toBe(true);
  });
});
