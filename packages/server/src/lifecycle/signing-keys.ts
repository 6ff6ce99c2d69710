/**
 * Keys with which this installation signs for receivers that check against a published list (fal's protocol). Receivers
 * may keep the list for a day, so a new key is published for longer than that before it signs, and an old one for as
 * long after it has stopped.
 * If it dies in the middle: the first key has a fixed id, so two processes that need it at once make one; a rotation is
 * one row.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { newId } from '../effects/random/id.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { Context } from './context.ts';

type Ring = Pick<Context, 'store' | 'clock' | 'random' | 'secrets'>;

export type PublishedKey = { id: string; publicKey: string; signsFromMs: number };

const FIRST_ID = 'sigk_first';
/** Receivers keep what they read for at most a day. */
const OVERLAP_MS = 25 * 3_600_000;
/** PKCS #8 of an ED25519 key (RFC 8410): this, and then the 32 bytes. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Every key by which a signature of ours may have to be checked now. */
export async function publishedKeys(ring: Ring): Promise<PublishedKey[]> {
  const nowMs = ring.clock.now();
  return living(await someKeys(ring), nowMs).map(({ id, public_key, signs_from }) => ({
    id,
    publicKey: public_key,
    signsFromMs: signs_from,
  }));
}

/** Hex, as fal writes it. */
export async function signText(ring: Ring, text: string): Promise<string> {
  const nowMs = ring.clock.now();
  const keys = await someKeys(ring);
  const key = keys.find(({ signs_from: from }) => from <= nowMs) ?? keys.at(-1);
  if (!key) throw new Error('a first key was made');
  const seed = Buffer.from(ring.secrets.open(key.private_sealed, sealContext(key.id)), 'base64url');
  return sign(null, Buffer.from(text, 'utf8'), privateKeyOf(seed)).toString('hex');
}

/** A new key is published now and signs when everybody can know it. Answers all that are published. */
export async function rotateSigningKey(ring: Ring): Promise<PublishedKey[]> {
  const nowMs = ring.clock.now();
  const keys = await someKeys(ring);
  // One that waits for its turn is new enough: rotating twice in a day is once.
  if (!keys.some(({ signs_from: from }) => from > nowMs)) {
    await insertKey(ring, newId('sigk', nowMs, ring.random), nowMs + OVERLAP_MS);
  }
  const kept = new Set(living(keys, nowMs).map(({ id }) => id));
  await ring.store.signingKeys.remove(keys.flatMap(({ id }) => (kept.has(id) ? [] : [id])));
  return publishedKeys(ring);
}

async function someKeys(ring: Ring): Promise<SigningKeyRow[]> {
  const keys = await ring.store.signingKeys.list();
  if (keys.length > 0) return keys;
  await insertKey(ring, FIRST_ID, ring.clock.now());
  return ring.store.signingKeys.list();
}

async function insertKey(
  { store, clock, random, secrets }: Ring,
  id: string,
  signsFromMs: number,
): Promise<void> {
  const seed = Buffer.from(random.bytes(32));
  const { x: publicKey } = createPublicKey(privateKeyOf(seed)).export({ format: 'jwk' });
  if (publicKey === undefined) throw new Error('an ED25519 key has an x');
  const privateSealed = secrets.seal(seed.toString('base64url'), sealContext(id));
  await store.signingKeys.insert({ id, publicKey, privateSealed, signsFromMs }, clock.now());
}

/** All but those whose successor has been signing for longer than anybody keeps an old list. Newest first. */
function living(keys: readonly SigningKeyRow[], nowMs: number): SigningKeyRow[] {
  return keys.filter((_, index) => {
    const successor = keys[index - 1];
    return successor === undefined || successor.signs_from + OVERLAP_MS > nowMs;
  });
}

function privateKeyOf(seed: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

function sealContext(id: string): string {
  return `signing_key:${id}`;
}
