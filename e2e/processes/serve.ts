/** `sluice serve --sandbox` as a user types it: the gateway, its own PostgreSQL, and an emulated Kling beside it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Program, startProgram } from './program.ts';

const Started = z.object({
  url: z.string(),
  operator_key: z.string().optional(),
  sandbox: z.array(z.string()),
});
const Saved = z.object({ url: z.string(), key: z.string(), operatorKey: z.string() });

export type Served = Program & {
  url: string;
  /** As it was printed; null when it was not. */
  printedOperatorKey: string | null;
  /** What it wrote down for the commands of this machine. */
  saved: z.infer<typeof Saved>;
};

export async function startServe(dataDir: string): Promise<Served> {
  const program = startProgram('packages/cli/src/main.ts', {
    args: ['serve', '--sandbox', '--port', '0', '--data-dir', dataDir],
    cwd: dataDir,
    env: { SLUICE_STORAGE_RESERVE_MB: '16', SLUICE_LOG_LEVEL: 'warn' },
  });
  const started = await program.line((line) => {
    const parsed = line.includes('"sandbox"') ? Started.safeParse(JSON.parse(line)) : null;
    return parsed?.success ? parsed.data : null;
  });
  const saved = Saved.parse(JSON.parse(await readFile(join(dataDir, 'cli.json'), 'utf8')));
  return { ...program, url: started.url, printedOperatorKey: started.operator_key ?? null, saved };
}
