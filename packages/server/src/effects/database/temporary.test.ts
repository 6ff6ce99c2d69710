import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startTemporaryServer } from './temporary.ts';
import { ask } from './testing/rig.ts';
import type { Said } from './testing/temporary-holder.ts';

const HOLDER = fileURLToPath(new URL('testing/temporary-holder.ts', import.meta.url));

const socketDirOf = (url: string) => new URLSearchParams(url.split('?')[1]).get('host') ?? '';

test('a throw-away server goes with its folder, also the one whose owner was killed', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', HOLDER], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  const orphan: Said = JSON.parse(String(line));
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  expect(await ask(orphan.adminUrl, 'SELECT 1')).toBe(1);

  const server = await startTemporaryServer();
  await expect(ask(orphan.adminUrl, 'SELECT 1')).rejects.toThrow('ENOENT');
  await expect(access(socketDirOf(orphan.adminUrl))).rejects.toThrow('ENOENT');
  expect(await ask(server.adminUrl, 'SHOW fsync')).toBe('off');
  await server.stop();
  await expect(access(socketDirOf(server.adminUrl))).rejects.toThrow('ENOENT');
});
