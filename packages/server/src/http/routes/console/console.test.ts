import { expect, test } from 'vitest';
import type { ConsoleFile } from '../../context.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

const file = (text: string, over: Partial<ConsoleFile> = {}): ConsoleFile => ({
  bytes: Buffer.from(text),
  gzip: null,
  brotli: null,
  type: 'text/html; charset=utf-8',
  etag: `"${text.length}"`,
  immutable: false,
  ...over,
});

const files = new Map<string, ConsoleFile>([
  ['index.html', file('<!doctype html><div id="root"></div>')],
  [
    'assets/a-1.js',
    file('run()', { type: 'text/javascript; charset=utf-8', brotli: Buffer.from('small'), immutable: true }),
  ],
]);

test('the front page leads to the console', async () => {
  const { ask } = use();
  expect((await ask('GET', '/')).headers.location).toBe('/console/');
  expect((await ask('GET', '/console')).headers.location).toBe('/console/');
});

test('every address of the console is its page, under a policy without exceptions', async () => {
  const { ask, context } = use();
  context.consoleFiles = async () => files;
  for (const path of ['/console/', '/console/tasks/task_1', '/console/models?x=1']) {
    const page = await ask('GET', path);
    expect([page.status, page.text]).toEqual([200, '<!doctype html><div id="root"></div>']);
    expect(page.headers['cache-control']).toBe('no-cache');
    const policy = page.headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page.headers['x-frame-options']).toBe('DENY');
  }
});

test('hashed files are kept for ever and come compressed to whoever takes it', async () => {
  const { ask, context } = use();
  context.consoleFiles = async () => files;
  const plain = await ask('GET', '/console/assets/a-1.js');
  expect([plain.text, plain.headers['content-encoding']]).toEqual(['run()', undefined]);
  expect(plain.headers['cache-control']).toContain('immutable');
  const squeezed = await ask('GET', '/console/assets/a-1.js', { headers: { 'accept-encoding': 'gzip, br' } });
  expect([squeezed.text, squeezed.headers['content-encoding']]).toEqual(['small', 'br']);
  const tag = { 'if-none-match': String(plain.headers.etag) };
  expect((await ask('GET', '/console/assets/a-1.js', { headers: tag })).status).toBe(304);
});

test('a file of an older build is no page', async () => {
  const { ask, context } = use();
  context.consoleFiles = async () => files;
  const gone = await ask('GET', '/console/assets/old-9.js');
  expect([gone.status, gone.headers['content-type']]).toEqual([404, 'text/plain']);
});

test.each(['/console/..%2f..%2fetc/passwd', '/console/%E0%A4%A'])('%s leads nowhere else', async (path) => {
  const { ask, context } = use();
  context.consoleFiles = async () => files;
  const answer = await ask('GET', path);
  expect([200, 404]).toContain(answer.status);
  expect(answer.text).not.toContain('root:');
});

test('without a build the page says what to do', async () => {
  const { ask, context } = use();
  context.consoleFiles = async () => null;
  const page = await ask('GET', '/console/');
  expect(page.status).toBe(503);
  expect(page.text).toContain('npm run console');
});
