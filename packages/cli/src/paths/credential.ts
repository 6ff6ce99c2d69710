/**
 * Where the credential of a path comes from: flags, standard input, the environment, or a person who is
 * asked. Never printed, never written to a file here; the gateway seals it.
 */
import type { Pairs } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import { canAsk, type Surroundings } from '../surroundings.ts';
import { askKlingCredential, klingCredentialFromEnv } from './kling.ts';

export type CredentialFlags = { credential?: Pairs; credentialStdin?: boolean };

export async function readCredential(
  provider: string,
  flags: CredentialFlags,
  surroundings: Surroundings,
): Promise<Pairs> {
  if (flags.credential) return flags.credential;
  if (flags.credentialStdin) return parseCredential(provider, await surroundings.stdin.readAll());
  const fromEnv = provider === 'kling' ? klingCredentialFromEnv(surroundings.env) : null;
  if (fromEnv) return fromEnv;
  if (!canAsk(surroundings)) {
    throw new UsageError(
      `The credential of ${provider} is missing.`,
      'Pipe it in with --credential-stdin, or give --credential name=value.',
    );
  }
  return provider === 'kling'
    ? await askKlingCredential(surroundings.ask)
    : { api_key: await surroundings.ask.secret({ message: `API key of ${provider}` }) };
}

/** A JSON object of fields, or one line that is the API key. */
export function parseCredential(provider: string, text: string): Pairs {
  const trimmed = text.trim();
  if (trimmed === '')
    throw new UsageError('Standard input is empty.', `Pipe the credential of ${provider} in.`);
  if (!trimmed.startsWith('{')) return { api_key: trimmed };
  const parsed = parseOrNull(trimmed);
  const fields = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  if (fields.length === 0 || fields.some(([, value]) => typeof value !== 'string')) {
    throw new UsageError(
      'Standard input is no credential.',
      'Pipe an API key, or {"access_key":…,"secret_key":…}.',
    );
  }
  return Object.fromEntries(fields);
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
