/**
 * What `paths add kling` asks. Kling knows two credentials: an API key (since June 2026, works everywhere) and
 * the older AccessKey with SecretKey, which the current API generation refuses.
 */
import type { Pairs } from '../arguments.ts';
import type { Ask } from '../surroundings.ts';

export async function askKlingCredential(ask: Ask): Promise<Pairs> {
  const kind = await ask.choose({
    message: 'Which credential do you have?',
    options: [
      { value: 'api_key', label: 'API key', hint: 'from kling.ai/dev/api-key; the current one' },
      { value: 'pair', label: 'AccessKey and SecretKey', hint: 'older accounts; legacy API only' },
    ],
  });
  if (kind === 'api_key') return { api_key: await askField(ask, 'API key') };
  return {
    access_key: await askField(ask, 'AccessKey'),
    secret_key: await askField(ask, 'SecretKey'),
  };
}

/** The vendor's hosts by region; accounts and keys of one do not exist on the other. */
export async function askKlingHost(ask: Ask): Promise<string | undefined> {
  const region = await ask.choose({
    message: 'Where is the account?',
    options: [
      { value: 'global', label: 'Global', hint: 'api-singapore.klingai.com' },
      { value: 'china', label: 'Mainland China', hint: 'api-beijing.klingai.com' },
      { value: 'other', label: 'Another address' },
    ],
  });
  if (region === 'global') return undefined;
  if (region === 'china') return 'https://api-beijing.klingai.com';
  return await ask.text({
    message: 'Address',
    placeholder: 'https://…',
    check: (text) => (URL.canParse(text) ? undefined : 'An address starts with https://.'),
  });
}

export function klingCredentialFromEnv(env: Record<string, string | undefined>): Pairs | null {
  const { KLING_API_KEY, KLING_ACCESS_KEY, KLING_SECRET_KEY } = env;
  if (KLING_API_KEY) return { api_key: KLING_API_KEY };
  if (KLING_ACCESS_KEY && KLING_SECRET_KEY) {
    return { access_key: KLING_ACCESS_KEY, secret_key: KLING_SECRET_KEY };
  }
  return null;
}

async function askField(ask: Ask, message: string): Promise<string> {
  const answer = await ask.secret({
    message,
    check: (text) => (/^[\x21-\x7e]{8,512}$/.test(text) ? undefined : 'Paste it whole, without spaces.'),
  });
  return answer.trim();
}
