import { describe, expect, it } from 'vitest';
import { createLog, type LogLevel, withoutSecrets } from './log.ts';

const CANARY = 'hunter2hunter2';

function logged(fields: Record<string, unknown>, message = 'said', level: LogLevel = 'debug') {
  const lines: string[] = [];
  createLog(level, { write: (line) => lines.push(line) }).info(fields, message);
  return lines.join('');
}

describe('log', () => {
  it('is one JSON object a line, with level, time, fields and message', () => {
    const line = logged({ task: 'task_1', count: 3, big: 5n, when: new Date(0) }, 'admitted');
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      task: 'task_1',
      count: 3,
      big: '5',
      msg: 'admitted',
    });
  });

  it.each([
    { authorization: `Bearer ${CANARY}` },
    { Authorization: CANARY },
    { headers: { authorization: CANARY, 'x-api-key': CANARY, 'X-Key': CANARY, cookie: CANARY } },
    { request: { deep: { deeper: { apiKey: CANARY, secretKey: CANARY, accessKey: CANARY } } } },
    { list: [{ token: CANARY }, { password: CANARY }] },
    { order: { prompt: CANARY, negative_prompt: CANARY } },
    { url: `https://cdn.example.com/clip.mp4?sig=${CANARY}` },
    { url: `https://user:${CANARY}@example.com/x` },
    { text: `tried https://a.example.com/x?key=${CANARY} and failed` },
    { text: `Bearer ${CANARY}` },
    { text: `authorization: Key ${CANARY}` },
    { text: `postgres://sluice:${CANARY}@db/sluice` },
    { text: `sk-sluice-${CANARY}` },
    { text: `whsec_${CANARY}` },
    { text: `eyJhbGciOiJIUzI1NiJ9.${CANARY}.${CANARY}` },
    { error: new Error(`GET https://a.example.com/?sig=${CANARY}`) },
    { error: new Error('outer', { cause: new Error(`Bearer ${CANARY}`) }) },
    { error: Object.assign(new Error('x'), { config: { headers: { authorization: CANARY } } }) },
    { bytes: Buffer.from(CANARY) },
  ])('keeps secrets out: %j', (fields) => {
    expect(logged(fields)).not.toContain(CANARY);
    expect(logged({}, JSON.stringify(fields))).toMatch(/"msg"/);
  });

  it.each([
    { taskId: 'task_1', keyId: 'key_1', keyword: 'x', tokenCount: 3, monkey: 'y' },
    { url: 'https://api.example.com/v1/tasks', secretariat: 'z' },
  ])('keeps what is no secret: %j', (fields) => {
    expect(JSON.parse(logged(fields))).toMatchObject(fields);
  });

  it('survives loops, and cuts what is endless', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    expect(logged({ loop })).toContain('[deeper]');
    expect(logged({ text: 'x'.repeat(100_000) }).length).toBeLessThan(5_000);
    expect(JSON.parse(logged({ list: Array.from({ length: 1_000 }, (_, nth) => nth) })).list.length).toBe(50);
  });

  it('is silent below its level', () => {
    expect(logged({}, 'x', 'warn')).toBe('');
    expect(logged({}, 'x', 'silent')).toBe('');
  });

  it('cleans a text by itself', () => {
    expect(withoutSecrets('see https://x.example.com/a?b=c#d now')).toBe(
      'see https://x.example.com/a?[removed] now',
    );
  });
});
