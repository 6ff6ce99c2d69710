import { describe, expect, test } from 'vitest';
import { EXCERPT_MOST, excerptOf } from './excerpt.ts';
import { redactorFor } from './redaction.ts';

const path = {
  name: 'main',
  baseUrl: 'https://up.example',
  credential: { api_key: 'key-0123456789' },
  settings: {},
};
const redact = redactorFor(path as never, null);
const excerpt = (body: string | null) => excerptOf(body, redact);

describe('what is kept of a body', () => {
  test.each([
    ['nothing', null, null],
    ['an empty one', '', null],
    ['an ordinary one, as it is', '{"prompt":"a fox","duration":5}', '{"prompt":"a fox","duration":5}'],
    [
      'a credential that came back',
      '{"message":"bad key key-0123456789"}',
      '{"message":"bad key [redacted]"}',
    ],
    [
      'the token of our callback address',
      '{"callback_url":"https://gw.example/callbacks/main/cbt_secret123"}',
      '{"callback_url":"https://gw.example/callbacks/main/…"}',
    ],
    [
      'a signature in an address',
      '{"image":"https://gw.example/v1/files/f1?expires=1&signature=abc"}',
      '{"image":"https://gw.example/v1/files/f1?…"}',
    ],
    [
      'a signature in an address with escaped strokes',
      '{"image":"https:\\/\\/gw.example\\/f1?signature=abc"}',
      '{"image":"https:\\/\\/gw.example\\/f1?…"}',
    ],
  ])('%s', (_name, body, kept) => expect(excerpt(body)).toBe(kept));

  test('a picture as text is cut, and so is a long body', () => {
    const picture = excerpt(JSON.stringify({ prompt: 'kept', image: 'A'.repeat(50_000), aspect: '16:9' }));
    expect(picture).toMatch(/^\{"prompt":"kept","image":"A{160}…","aspect":"16:9"\}$/);
    const long = excerpt(JSON.stringify(Array.from({ length: 5_000 }, (_, at) => `item ${at}`)));
    expect(long?.length).toBeLessThan(EXCERPT_MOST + 60);
    expect(long).toMatch(/characters in all\)$/);
  });

  test('a credential at the edge of what is read does not show its first half', () => {
    const secret = 'key-0123456789';
    for (let at = 64 * 1024 - 20; at < 64 * 1024; at += 1) {
      const spaced = 'x '.repeat(at).slice(0, at);
      expect(excerpt(`${'y'.repeat(at - 4)} ${secret} ${spaced}`)).not.toContain('key-');
    }
  });

  test('a redactor that fails costs the excerpt, not the answer', () => {
    const failing = () => {
      throw new Error('no');
    };
    expect(excerptOf('{}', failing)).toBeNull();
  });
});
