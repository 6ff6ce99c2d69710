/** `sluice login`: saves the address of a gateway and a key, after trying them. */
import { isSluiceError, type Sluice } from '@sluice/sdk';
import type { Command } from 'commander';
import { addToConfigFile, configFilePath, deleteConfigFile } from '../connection/config-file.ts';
import { DEFAULT_URL, type KeyKind } from '../connection/connection.ts';
import { UsageError } from '../endings.ts';
import type { GlobalFlags, Register } from '../invocation.ts';
import { clean } from '../output/text.ts';
import { canAsk, type Surroundings } from '../surroundings.ts';

type LoginFlags = GlobalFlags & { keyStdin?: boolean; check: boolean; forget?: boolean };

export const register: Register = (command, context) => {
  command
    .option('--key-stdin', 'read the key from standard input')
    .option('--no-check', 'save without trying')
    .option('--forget', 'delete what was saved')
    .addHelpText(
      'after',
      "\nAn operator's key and an account's key can both be saved; each command uses the one that fits.\n" +
        '\nExample:\n  $ sluice login --url https://sluice.example.com --key-stdin < key.txt\n',
    )
    .action(async (_flags: LoginFlags, invoked: Command) => {
      const flags = invoked.optsWithGlobals<LoginFlags>();
      const { output, surroundings } = context.begin(invoked);
      const path = configFilePath(surroundings);
      if (flags.forget) {
        const existed = await deleteConfigFile(path);
        output.result({ path, deleted: existed }, () =>
          existed ? `Deleted ${path}.` : 'Nothing was saved.',
        );
        return;
      }
      const url = await readUrl(flags, surroundings);
      const key = await readKey(flags, surroundings);
      const { createSluice } = await import('@sluice/sdk');
      const kind = flags.check ? await tryKey(createSluice({ baseUrl: url, apiKey: key })) : 'account';
      await addToConfigFile(path, kind === 'operator' ? { url, operatorKey: key } : { url, key });
      output.result({ path, url, kind }, ({ color }) => `${color.green('✓')} ${SAVED[kind]} ${clean(path)}.`);
    });
};

async function readUrl(flags: LoginFlags, surroundings: Surroundings): Promise<string> {
  const given = flags.url ?? (surroundings.env.SLUICE_URL || undefined);
  const url =
    given ??
    (canAsk(surroundings)
      ? await surroundings.ask.text({
          message: 'Address of the gateway',
          initial: DEFAULT_URL,
          check: checkUrl,
        })
      : undefined);
  if (url === undefined) throw new UsageError('Which gateway?', 'Add --url <address>.');
  const problem = checkUrl(url);
  if (problem) throw new UsageError(problem);
  return url.trim();
}

function checkUrl(text: string): string | undefined {
  const good = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  return good ? undefined : 'An address starts with http:// or https://.';
}

async function readKey(flags: LoginFlags, surroundings: Surroundings): Promise<string> {
  const given = flags.keyStdin
    ? await surroundings.stdin.readAll()
    : (flags.key ?? surroundings.env.SLUICE_KEY);
  if (given?.trim()) return given.trim();
  if (!canAsk(surroundings)) throw new UsageError('Which key?', 'Add --key-stdin, or set SLUICE_KEY.');
  const check = (text: string) => (text === '' ? 'Paste the key, sk-sluice-…' : undefined);
  return (await surroundings.ask.secret({ message: 'API key', check })).trim();
}

const SAVED = {
  account: 'Saved, for orders and their money, in',
  operator: 'Saved, as the operator key, in',
};

/** Whose key it is; a bad one is refused here. */
async function tryKey(sluice: Sluice): Promise<KeyKind> {
  try {
    await sluice.system.get();
    return 'operator';
  } catch (error) {
    if (isSluiceError(error) && error.code === 'forbidden') return 'account';
    throw error;
  }
}
