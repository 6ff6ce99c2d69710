/** Tests of the checks that look at the tree: names, headers, adapter folders, dead files, documents. */
import { describe, expect, test } from 'vitest';
import { checkAdapters } from './adapters.ts';
import { checkDead } from './dead.ts';
import { checkDeclared } from './declared.ts';
import { checkDocuments } from './documents.ts';
import { checkHeaders } from './headers.ts';
import { checkMachine } from './machine.ts';
import { checkNames } from './names.ts';
import { checkRoot } from './root.ts';
import { violationsOf } from './samples.ts';

describe('names', () => {
  test('drawers, as a file, as a folder, as part of a name', () => {
    const texts = {
      'packages/sdk/src/utils.ts': '',
      'packages/cli/src/common/print.ts': '',
      'packages/sdk/src/taskHelpers.test.ts': '',
      'deploy/sluice.service': '',
    };
    expect(violationsOf(checkNames, texts)).toEqual([
      'packages/cli/src/common:1 "common" says nothing about what is inside',
      'packages/sdk/src/taskHelpers.test.ts:1 "helpers" says nothing about what is inside',
      'packages/sdk/src/utils.ts:1 "utils" says nothing about what is inside',
    ]);
  });
});

describe('headers', () => {
  const stage = 'packages/server/src/lifecycle/3-submit.ts';

  test('a stage says what enters, what leaves and what if it dies', () => {
    const text = '/** A leased task enters, an accepted one leaves. */\nexport const x = 1;';
    expect(violationsOf(checkHeaders, { [stage]: text })).toEqual([
      `${stage}:1 the header of this stage does not say what it means when the process dies in the middle`,
    ]);
    expect(violationsOf(checkHeaders, { [stage]: 'export const x = 1;' })).toEqual([
      `${stage}:1 no doc comment at the top`,
    ]);
  });

  test('the header may follow the imports', () => {
    const text =
      "import { a } from './a.ts';\n\n/** It enters, it leaves, and when it dies nothing happened. */\n";
    expect(violationsOf(checkHeaders, { [stage]: text })).toEqual([]);
  });

  test('statement files and plain modules need one, indexes and tests do not', () => {
    const texts = {
      'packages/server/src/store/sql/tasks.ts': 'export const x = 1;',
      'packages/sdk/src/wait.ts': 'export const x = 1;',
      'packages/sdk/src/wait.test.ts': 'export const x = 1;',
      'packages/sdk/src/index.ts': "export * from './wait.ts';",
    };
    expect(violationsOf(checkHeaders, texts)).toEqual([
      'packages/sdk/src/wait.ts:1 no doc comment at the top',
      'packages/server/src/store/sql/tasks.ts:1 no doc comment at the top',
    ]);
  });

  test('a record has its three headings and its number', () => {
    const texts = {
      'docs/decisions/0001-engine.md': '# Engine\n\n## Context\n\n## Decision\n\n## Consequences\n',
      'docs/decisions/engine.md': '# Engine\n\n## Context\n\n## Decision\n',
    };
    expect(violationsOf(checkHeaders, texts)).toEqual([
      'docs/decisions/engine.md:1 a record is named NNNN-title-in-words.md',
      'docs/decisions/engine.md:1 no heading "## Consequences"',
    ]);
  });
});

describe('adapters', () => {
  test('a figure of a vendor’s terms in code', () => {
    const file = 'packages/server/src/providers/_template/observation.ts';
    const text = 'export const RESULT_TTL_SECONDS = 24 * 3600;\nconst PROMPT_MAX = 2500;\n';
    const where = 'packages/server/src/providers/fal/testing/subject.ts';
    expect(violationsOf(checkAdapters, { [file]: text })).toEqual([
      `${file}:1 RESULT_TTL_SECONDS: a vendor’s term in code`,
    ]);
    expect(violationsOf(checkAdapters, { [where]: text }).filter((each) => each.includes('term'))).toEqual(
      [],
    );
  });

  test('the missing files of a folder; _template and the exam are no adapters', () => {
    const folder = 'packages/server/src/providers';
    const complete = ['adapter.ts', 'models.ts', 'wire.ts', 'errors.ts', 'adapter.test.ts'];
    const texts = Object.fromEntries(complete.map((name) => [`${folder}/fal/${name}`, '']));
    expect(
      violationsOf(checkAdapters, {
        ...texts,
        [`${folder}/_template/adapter.ts`]: '',
        [`${folder}/conformance/exercise.ts`]: '',
        [`${folder}/contract.ts`]: '',
      }),
    ).toEqual([
      `${folder}/fal/auth.ts:1 the adapter fal has no auth.ts`,
      `${folder}/fal/README.md:1 the adapter fal has no README.md`,
    ]);
  });
});

describe('dead', () => {
  const src = 'packages/sdk/src';

  test('only what an entry reaches is alive; its own test does not count', () => {
    const texts = {
      'packages/sdk/package.json': '{ "exports": { "./x": "./src/extra.ts", "./*": "./src/*" } }',
      [`${src}/extra.ts`]: '',
      [`${src}/index.ts`]: "export * from './client.ts';",
      [`${src}/client.ts`]: "import type { A } from './types.ts';\nnew URL('./worker.ts', import.meta.url);",
      [`${src}/types.ts`]: '',
      [`${src}/worker.ts`]: '',
      [`${src}/old.ts`]: "import './older.ts';",
      [`${src}/older.ts`]: '',
      [`${src}/old.test.ts`]: "import './old.ts';\nimport './testing/gateway.ts';",
      [`${src}/testing/gateway.ts`]: '',
    };
    expect(violationsOf(checkDead, texts)).toEqual([
      `${src}/old.ts:1 nothing that runs imports this file`,
      `${src}/older.ts:1 nothing that runs imports this file`,
    ]);
  });

  test('the virtual half of an effect lives by its tests, a thread by its starter; the server is judged too', () => {
    const server = 'packages/server/src';
    const texts = {
      [`${server}/effects/clock/virtual.ts`]: '',
      [`${server}/effects/clock/virtual.test.ts`]: "import './virtual.ts';",
      [`${server}/decide/old.ts`]: '',
      [`${server}/http/app.ts`]: '',
      [`${server}/runtime/plan-thread.ts`]: '',
      [`${server}/runtime/door.ts`]: "import { app } from '../http/app.ts';",
      [`${server}/main.ts`]: "import { startDoor } from './runtime/door.ts';",
    };
    expect(violationsOf(checkDead, texts)).toEqual([
      `${server}/decide/old.ts:1 nothing that runs imports this file`,
    ]);
  });

  test('a package whose entry is still empty is not judged', () => {
    expect(violationsOf(checkDead, { [`${src}/index.ts`]: 'export {};', [`${src}/client.ts`]: '' })).toEqual(
      [],
    );
  });
});

describe('declared', () => {
  test('an import that the manifest does not name', () => {
    const texts = {
      'package.json': '{ "devDependencies": { "vitest": "^4" } }',
      'packages/sdk/package.json': '{ "name": "@sluice/sdk", "dependencies": { "jose": "^6" } }',
      'packages/sdk/src/keys.ts': "import 'jose';\nimport 'zod';\nimport 'node:crypto';\nimport './a.ts';",
      'packages/sdk/src/keys.test.ts': "import { test } from 'vitest';",
      'packages/sdk/src/live.ts': "import { test } from 'vitest';",
    };
    expect(violationsOf(checkDeclared, texts)).toEqual([
      'packages/sdk/src/keys.ts:2 zod is not a dependency in packages/sdk/package.json',
      'packages/sdk/src/live.ts:1 vitest is not a dependency in packages/sdk/package.json',
    ]);
  });
});

describe('documents', () => {
  test('titles', () => {
    const texts = {
      'docs/none.md': '## Part\n',
      'docs/two.md': '# One\n\n```sh\n# a comment\n```\n\n# Two\n',
    };
    expect(violationsOf(checkDocuments, texts)).toEqual([
      'docs/none.md:1 no title',
      'docs/two.md:7 2 titles',
    ]);
  });

  test('links', () => {
    const texts = {
      'README.md': [
        '# Sluice',
        '[style](STYLE.md) [folder](docs/) [part](docs/paths.md#add-a-path) [web](https://example.com)',
        '[gone](docs/gone.md) and `[code](x.md)`',
        '[no such part](docs/paths.md#remove)',
        '[absolute](/docs/paths.md)',
      ].join('\n'),
      'STYLE.md': '# Style\n',
      'docs/paths.md': '# Paths\n\n## Add a path\n',
    };
    expect(violationsOf(checkDocuments, texts)).toEqual([
      'README.md:3 the link docs/gone.md leads nowhere: no docs/gone.md in the project',
      'README.md:4 the link docs/paths.md#remove leads nowhere: no heading #remove there',
      'README.md:5 the link /docs/paths.md leads nowhere: an absolute path works on no host',
    ]);
  });
});

describe('machine', () => {
  test('paths of one machine, not routes or addresses', () => {
    const home = `/${'home'}/ada/sluice`;
    const texts = {
      'docs/start.md': `cd ${home}\nhttps://example.com/work/1\nthe folder ./work/ is fine\n`,
      'tools/x.ts': `const spool = '/${'tmp'}/spool';`,
      'deploy/Dockerfile': `WORKDIR ${home}`,
    };
    expect(violationsOf(checkMachine, texts)).toEqual([
      `docs/start.md:1 a path of one machine: /${'home'}/ada`,
      `tools/x.ts:1 a path of one machine: /${'tmp'}/spool`,
    ]);
  });
});

describe('root', () => {
  test('what is not listed is stray', () => {
    const texts = { 'README.md': '', 'notes.txt': '', 'packages/sdk/src/index.ts': '' };
    expect(violationsOf(checkRoot, texts)).toEqual(['notes.txt:1 a stray file at the root']);
  });
});
