/** Tests of the checks that look inside one source file: SQL, sizes, bare parsing, leftovers. */
import { describe, expect, test } from 'vitest';
import { checkMarkers } from './markers.ts';
import { checkParse } from './parse.ts';
import { violationsOf } from './samples.ts';
import { checkSizes } from './sizes.ts';
import { checkSql } from './sql.ts';

const route = 'packages/server/src/http/routes/tasks/route.ts';

describe('sql', () => {
  test.each([
    ["const q = 'SELECT id FROM tasks WHERE id = $1';", 'SELECT id FROM tasks WHERE id = $1'],
    ['const q = `\n  UPDATE tasks SET state = $1`;', 'UPDATE tasks SET state = $1'],
    ["const q = 'WITH c AS MATERIALIZED (SELECT 1)';", 'WITH c AS MATERIALIZED (SELECT 1)'],
    [`const q = \`INSERT INTO tasks VALUES (\${id})\`;`, 'INSERT INTO tasks VALUES ('],
    ["const q = 'select id from tasks where true';", 'select id from tasks where true'],
    ["const q = 'LISTEN tasks';", 'LISTEN tasks'],
    ["await client.query('BEGIN');", 'BEGIN'],
  ])('%s', (text, words) => {
    expect(violationsOf(checkSql, { [route]: text })).toEqual([`${route}:1 SQL outside store/: "${words}"`]);
  });

  test.each([
    ['a sentence', route, "const title = 'Select a model from the list.';"],
    ['another', route, "const title = 'Update the path, then create a task with it.';"],
    ['a word', route, "const method = 'DELETE';"],
    ['the store', 'packages/server/src/store/sql/tasks.ts', "const q = 'SELECT 1';"],
    ['a test', 'packages/server/src/http/app.test.ts', "const q = 'SELECT 1';"],
    ['a checker of the simulator', 'simulation/src/checkers/ledger.ts', "const q = 'SELECT 1';"],
  ])('%s is fine', (_name, path, text) => {
    expect(violationsOf(checkSql, { [path]: text })).toEqual([]);
  });
});

describe('sizes', () => {
  const body = (lines: number): string => '  step();\n'.repeat(lines);

  test('a function of 71 lines', () => {
    const text = `/** Why. */\nfunction long() {\n${body(69)}}\n`;
    expect(violationsOf(checkSizes, { [route]: text })).toEqual([
      `${route}:2 function long has 71 lines, at most 70`,
    ]);
  });

  test('a function of 70 lines is fine, its comment not counted', () => {
    const text = `/** Why. */\nconst long = () => {\n${body(68)}};\n`;
    expect(violationsOf(checkSizes, { [route]: text })).toEqual([]);
  });

  test('a method inside a factory counts for both', () => {
    const text = `function make() {\n  return {\n    run() {\n${body(70)}    },\n  };\n}\n`;
    expect(violationsOf(checkSizes, { [route]: text })).toEqual([
      `${route}:1 function make has 76 lines, at most 70`,
      `${route}:3 function run has 72 lines, at most 70`,
    ]);
  });

  test('a suite of tests may be long, each test may not', () => {
    const path = 'packages/sdk/src/wait.test.ts';
    const text = `describe('wait', () => {\n  test('one', () => {\n${body(80)}  });\n});\n`;
    expect(violationsOf(checkSizes, { [path]: text })).toEqual([
      `${path}:2 function given to test has 82 lines, at most 70`,
    ]);
  });

  test('an exam, a function that declares tests, is a suite too', () => {
    const text = `export function exam() {\n  test('one', () => {\n${body(80)}  });\n}\n`;
    expect(violationsOf(checkSizes, { [route]: text })).toEqual([
      `${route}:2 function given to test has 82 lines, at most 70`,
    ]);
  });

  test('long files: 400 lines of source, 600 of test', () => {
    expect(violationsOf(checkSizes, { [route]: '\n'.repeat(401) })).toEqual([
      `${route}:400 401 lines, at most 400`,
    ]);
    expect(violationsOf(checkSizes, { 'e2e/crash.test.ts': '\n'.repeat(600) })).toEqual([]);
    expect(violationsOf(checkSizes, { 'e2e/crash.test.ts': '\n'.repeat(601) })).toEqual([
      'e2e/crash.test.ts:600 601 lines, at most 600',
    ]);
  });

  test('a line of 121 columns; an address may be long', () => {
    const address = `// See https://example.com/${'a'.repeat(130)}`;
    expect(violationsOf(checkSizes, { [route]: `// ${'a'.repeat(118)}\n${address}` })).toEqual([
      `${route}:1 121 columns, at most 120`,
    ]);
  });
});

describe('parse', () => {
  test('a value of type any is let in', () => {
    expect(violationsOf(checkParse, { [route]: 'const order = JSON.parse(text);' })).toEqual([
      `${route}:1 JSON.parse whose result is used without a schema`,
    ]);
  });

  test.each([
    'const order = Order.parse(JSON.parse(text));',
    'const order = parseOrder(JSON.parse(text));',
    'const value: unknown = JSON.parse(text);',
    'const value: Json = JSON.parse(text);',
    'function read(text: string): unknown { return JSON.parse(text); }',
    'let value: unknown;\ntry { value = JSON.parse(text); } catch {}',
    'const copy = JSON.parse(JSON.stringify(order));',
  ])('%s', (text) => {
    expect(violationsOf(checkParse, { [route]: text })).toEqual([]);
  });
});

describe('markers', () => {
  test.each([
    [`// ${'TO' + 'DO'}: later`, 'a note to oneself: TO' + 'DO'],
    [`it.${'only'}('works', () => {});`, 'a test that runs alone: it.on' + 'ly'],
    [`test.concurrent.${'only'}('works', () => {});`, 'a test that runs alone: test.concurrent.on' + 'ly'],
    [`  ${'debug' + 'ger'};`, 'a breakpoint: debug' + 'ger;'],
  ])('%s', (text, message) => {
    expect(violationsOf(checkMarkers, { [route]: text })).toEqual([`${route}:1 ${message}`]);
  });

  test('a word in a document about debugging is fine', () => {
    expect(
      violationsOf(checkMarkers, { 'docs/guides/debugging.md': 'Start the debugger; then wait.' }),
    ).toEqual([]);
  });
});
