/** The console that a gateway started from here serves. */
import { join } from 'node:path';
import { ensureConsole } from '@sluice/console/build/ensure.ts';
import type { Config } from '@sluice/server';

/** Built while the project was installed; else now, once. Without it everything but the console works. */
export async function builtConsole(
  { consoleDir, dataDir }: Pick<Config, 'consoleDir' | 'dataDir'>,
  onLine: (line: string) => void,
): Promise<string | null> {
  if (consoleDir !== null) return consoleDir;
  const built = await ensureConsole({ onLine, elsewhere: join(dataDir, 'console') });
  if (!built.ok) onLine(built.reason);
  return built.ok ? built.folder : null;
}
