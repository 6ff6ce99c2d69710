import { describe, expect, test } from 'vitest';
import { checkArrows } from './arrows.ts';
import { violationsOf } from './samples.ts';
import { treeOf } from './tree.ts';

const server = 'packages/server/src';
const manifests = {
  'packages/contract/package.json': '{ "name": "@sluice/contract" }',
  'packages/server/package.json': '{ "name": "@sluice/server" }',
  'packages/sdk/package.json': '{ "name": "@sluice/sdk" }',
  'packages/emulators/package.json': '{ "name": "@sluice/emulators" }',
};

function arrowsOf(path: string, text: string): string[] {
  return violationsOf(checkArrows, { ...manifests, [path]: text });
}

const refused: [path: string, text: string, message: string][] = [
  [
    `${server}/decide/admission.ts`,
    `import { tasks } from '../store/sql/tasks.ts';`,
    'decide must not import store; it may import: contract, types of providers/contract',
  ],
  [
    `${server}/lifecycle/2-admit.ts`,
    `import { realClock } from '../effects/clock/real.ts';`,
    'lifecycle must not import effects; it may import: decide, catalogue, plan, providers/contract, ' +
      'providers/drive, ' +
      'providers/registry, payments, store, contract, effects interfaces',
  ],
  [
    `${server}/lifecycle/3-submit.ts`,
    `import { kling } from '../providers/kling/adapter.ts';`,
    'lifecycle must not import provider; it may import: decide, catalogue, plan, providers/contract, ' +
      'providers/drive, ' +
      'providers/registry, payments, store, contract, effects interfaces',
  ],
  [
    `${server}/providers/fal/adapter.ts`,
    `import { wire } from '../kling/wire.ts';`,
    'provider fal must not import provider kling; it may import: providers/contract, contract',
  ],
  [
    `${server}/providers/kling/adapter.ts`,
    `import { slot } from '@sluice/emulators';`,
    'provider must not import emulators; it may import: providers/contract, contract',
  ],
  [
    'packages/emulators/src/kling/server.ts',
    `import type { Provider } from '@sluice/server/providers/contract.ts';`,
    'emulators must not import providers/contract; it may import: nothing of ours',
  ],
  [
    'packages/emulators/src/kling/server.test.ts',
    `import { kling } from '@sluice/server/providers/kling/adapter.ts';`,
    'emulators must not import provider; it may import: nothing of ours',
  ],
  [
    `${server}/http/app.ts`,
    `import { openTestDatabase } from '../store/testing/server.ts';`,
    'http must not import testing; it may import: lifecycle, store, decide, catalogue, plan, contract, ' +
      'effects interfaces, mcp',
  ],
  [
    'packages/sdk/src/client.ts',
    `import { Task } from '@sluice/contract';`,
    'sdk must not import contract; it may import: types of contract',
  ],
  [
    'packages/cli/src/commands/tasks.ts',
    `import { openStore } from '@sluice/server';`,
    'cli must not import server entry; it may import: sdk, mcp, cli composition, cli demo, types of contract',
  ],
  [
    'packages/cli/src/commands/tasks.ts',
    `import { openStore } from '../../../server/src/index.ts';`,
    `'../../../server/src/index.ts' leaves the package by a relative path`,
  ],
  [
    `${server}/http/app.ts`,
    `export const load = () => import('../runtime/loops.ts');`,
    'http must not import runtime; it may import: lifecycle, store, decide, catalogue, plan, contract, ' +
      'effects interfaces, mcp',
  ],
];

describe('arrows', () => {
  test.each(refused)('%s is refused: %s', (path, text, message) => {
    expect(arrowsOf(path, text)).toEqual([`${path}:1 ${message}`]);
  });

  const allowed: [path: string, text: string][] = [
    [`${server}/decide/pricing.ts`, `import { Order } from '@sluice/contract'; import './task.ts';`],
    [`${server}/lifecycle/2-admit.ts`, `import type { Clock } from '../effects/clock/clock.ts';`],
    [`${server}/lifecycle/1-accept.ts`, `import { newId } from '../effects/random/id.ts';`],
    [`${server}/providers/kling/adapter.ts`, `import { wire } from './wire.ts'; import '../contract.ts';`],
    [`${server}/decide/retry.ts`, `import type { SubmitOutcome } from '../providers/contract.ts';`],
    [`${server}/providers/registry.ts`, `import { kling } from './kling/adapter.ts';`],
    [`${server}/providers/kling/adapter.test.ts`, `import { slot } from '@sluice/emulators';`],
    [`${server}/store/sql/tasks.test.ts`, `import { openTestDatabase } from '../testing/server.ts';`],
    ['tools/dump-schema.ts', `import '../packages/server/src/store/testing/server.ts';`],
    [`${server}/main.ts`, `import './http/app.ts'; import './effects/clock/real.ts';`],
    ['packages/sdk/src/client.ts', `import type { Task } from '@sluice/contract';`],
    ['packages/sdk/src/wait.ts', `import { type Task, type Order } from '@sluice/contract';`],
    ['packages/cli/src/commands/serve.ts', `import { serve } from '@sluice/server';`],
    ['packages/cli/src/demo.ts', `import { serve } from '@sluice/server'; import '@sluice/emulators';`],
    ['simulation/src/world.ts', `import { admit } from '@sluice/server/lifecycle/2-admit.ts';`],
  ];
  test.each(allowed)('%s is allowed: %s', (path, text) => {
    expect(arrowsOf(path, text)).toEqual([]);
  });

  test('a file outside every room is told where to go', () => {
    expect(arrowsOf(`${server}/engine/core.ts`, '')).toEqual([
      `${server}/engine/core.ts:1 this file is in no room that the arrows know`,
    ]);
  });

  test('the fix teaches the room', () => {
    const tree = treeOf({ [`${server}/decide/polling.ts`]: `import { store } from '../store/store.ts';` });
    expect(checkArrows(tree)[0]?.fix).toBe(
      'decide/ is pure: take the value as a parameter and let lifecycle/ fetch it.',
    );
  });
});
