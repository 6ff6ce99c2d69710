/**
 * Secrets at rest and signed links. Credentials and webhook secrets are sealed with the operator's key (AES-256-GCM)
 * and bound to the place they belong to, so that a sealed value moved to another row does not open. Links are signed
 * with a key derived from the same one, so every process of an installation signs and checks alike.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Random } from '../random/random.ts';

export type Secrets = {
  seal(plain: string, context: string): string;
  /** Throws SealError when it was sealed with another key or for another context. */
  open(sealed: string, context: string): string;
  /** The path with `expires` and `signature` added. */
  signLink(path: string, expiresAtMs: number): string;
  verifyLink(
    path: string,
    query: { expires?: string; signature?: string },
    nowMs: number,
  ): 'valid' | 'expired' | 'invalid';
  /**
   * What an API key signs with, where a protocol wants signed tokens instead of keys: derived from the installation's
   * own key, so nothing is stored, every process knows it, and it ends with the API key.
   */
  signingSecret(keyId: string): string;
  /** Tells whether two processes hold the same key, without telling the key. */
  fingerprint(): string;
};

export class SealError extends Error {
  constructor() {
    super('a sealed value does not open: the seal key is not the one it was sealed with');
    this.name = 'SealError';
  }
}

export const SEAL_KEY_BYTES = 32;
const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function createSecrets(sealKey: Uint8Array, random: Random): Secrets {
  if (sealKey.length !== SEAL_KEY_BYTES) throw new RangeError(`a seal key has ${SEAL_KEY_BYTES} bytes`);
  const cipherKey = derive(sealKey, 'seal');
  const linkKey = derive(sealKey, 'link');
  const signingKey = derive(sealKey, 'signing');

  function signature(path: string, expires: string): string {
    return createHmac('sha256', linkKey).update(`${path}\n${expires}`).digest('base64url');
  }

  return {
    seal: (plain, context) => {
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce).setAAD(Buffer.from(context, 'utf8'));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `${VERSION}:${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')}`;
    },
    open: (sealed, context) => openSealed(cipherKey, sealed, context),
    signLink: (path, expiresAtMs) => {
      const expires = String(Math.floor(expiresAtMs / 1000));
      return `${path}?expires=${expires}&signature=${signature(path, expires)}`;
    },
    verifyLink: (path, { expires = '', signature: given = '' }, nowMs) => {
      if (!/^\d{1,12}$/.test(expires) || !sameText(given, signature(path, expires))) return 'invalid';
      return Number(expires) * 1000 <= nowMs ? 'expired' : 'valid';
    },
    signingSecret: (keyId) => createHmac('sha256', signingKey).update(keyId).digest('base64url'),
    fingerprint: () =>
      createHmac('sha256', derive(sealKey, 'fingerprint')).update('sluice').digest('hex').slice(0, 32),
  };
}

/** Compares in time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const left = createHmac('sha256', 'compare').update(a).digest();
  const right = createHmac('sha256', 'compare').update(b).digest();
  return timingSafeEqual(left, right);
}

function openSealed(key: Buffer, sealed: string, context: string): string {
  const [version, text] = sealed.split(':');
  const bytes = Buffer.from(text ?? '', 'base64');
  if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealError();
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const body = bytes.subarray(NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce)
      .setAAD(Buffer.from(context, 'utf8'))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch {
    throw new SealError();
  }
}

function derive(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `sluice/${purpose}`, SEAL_KEY_BYTES));
}
