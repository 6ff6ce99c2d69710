import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realRandom } from '../random/real.ts';
import { hashKey, isKeyText, keyPrefix, newKeyText } from './keys.ts';
import { loadSealKey } from './seal-key.ts';
import { createSecrets, SealError, sameText } from './secrets.ts';

const secrets = createSecrets(realRandom.bytes(32), realRandom);

describe('sealing', () => {
  it.each(['', 'ak-1:sk-2', 'Schlüssel 🔑', 'x'.repeat(100_000)])('gives back what went in', (plain) => {
    const sealed = secrets.seal(plain, 'path:path_1');
    expect(sealed).toMatch(/^v1:/);
    if (plain.length > 3) expect(sealed).not.toContain(plain);
    expect(secrets.open(sealed, 'path:path_1')).toBe(plain);
  });

  it('never seals alike', () => {
    const sealed = new Set(Array.from({ length: 100 }, () => secrets.seal('same', 'c')));
    expect(sealed.size).toBe(100);
  });

  it('does not open elsewhere, with another key, or when touched anywhere', () => {
    const sealed = secrets.seal('plain', 'path:path_1');
    expect(() => secrets.open(sealed, 'path:path_2')).toThrow(SealError);
    expect(() => createSecrets(realRandom.bytes(32), realRandom).open(sealed, 'path:path_1')).toThrow(
      SealError,
    );
    const bytes = Buffer.from(sealed.slice(3), 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const touched = Buffer.from(bytes);
      touched[at] = (touched[at] ?? 0) ^ 1;
      expect(() => secrets.open(`v1:${touched.toString('base64')}`, 'path:path_1')).toThrow(SealError);
    }
    for (const text of ['', 'v1', 'v1:', 'v2:AAAA', sealed.slice(3), `v1:${'A'.repeat(36)}`, 'plain']) {
      expect(() => secrets.open(text, 'path:path_1')).toThrow(SealError);
    }
  });

  it('needs a key of the right length', () => {
    expect(() => createSecrets(realRandom.bytes(31), realRandom)).toThrow(RangeError);
  });
});

describe('signed links', () => {
  const nowMs = 1_790_000_000_000;
  const link = secrets.signLink('/v1/assets/asset_1', nowMs + 60_000);
  const query = Object.fromEntries(new URL(link, 'http://x').searchParams);

  it('are valid until they end', () => {
    expect(link).toMatch(/^\/v1\/assets\/asset_1\?expires=1790000060&signature=[\w-]{43}$/);
    expect(secrets.verifyLink('/v1/assets/asset_1', query, nowMs)).toBe('valid');
    expect(secrets.verifyLink('/v1/assets/asset_1', query, nowMs + 59_999)).toBe('valid');
    expect(secrets.verifyLink('/v1/assets/asset_1', query, nowMs + 60_000)).toBe('expired');
  });

  it('are for one path, one end and one installation', () => {
    expect(secrets.verifyLink('/v1/assets/asset_2', query, nowMs)).toBe('invalid');
    expect(secrets.verifyLink('/v1/assets/asset_1', { ...query, expires: '1890000060' }, nowMs)).toBe(
      'invalid',
    );
    for (const given of [
      {},
      { expires: query.expires ?? '' },
      { ...query, signature: '' },
      { ...query, expires: 'x' },
    ]) {
      expect(secrets.verifyLink('/v1/assets/asset_1', given, nowMs)).toBe('invalid');
    }
    const other = createSecrets(realRandom.bytes(32), realRandom);
    expect(other.verifyLink('/v1/assets/asset_1', query, nowMs)).toBe('invalid');
  });
});

describe('API keys', () => {
  it('have a form that a typing error breaks', () => {
    const key = newKeyText(realRandom);
    expect(key).toMatch(/^sk-sluice-[A-Za-z0-9_-]{43}[0-9a-f]{8}$/);
    expect(isKeyText(key)).toBe(true);
    for (let at = 'sk-sluice-'.length; at < key.length; at += 1) {
      const wrong = `${key.slice(0, at)}${key[at] === 'a' ? 'b' : 'a'}${key.slice(at + 1)}`;
      expect(isKeyText(wrong)).toBe(false);
    }
    for (const text of [
      '',
      'sk-sluice-',
      `${key} `,
      key.toUpperCase(),
      key.slice(0, -1),
      `${key}0`,
      `x${key}`,
    ]) {
      expect(isKeyText(text)).toBe(false);
    }
  });

  it('are kept as SHA-256, and shown by their first characters', () => {
    const key = newKeyText(realRandom);
    expect(hashKey(key).toString('hex')).toBe(createHash('sha256').update(key).digest('hex'));
    expect(keyPrefix(key)).toBe(key.slice(0, 16));
  });

  it('are compared whole', () => {
    expect(sameText('abc', 'abc')).toBe(true);
    for (const other of ['abd', 'ab', 'abcd', '']) expect(sameText('abc', other)).toBe(false);
  });
});

describe('the seal key', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-seal-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is made once, for its owner only', async () => {
    const dataDir = join(folder, 'fresh');
    const [one, other] = await Promise.all([loadSealKey(dataDir, null), loadSealKey(dataDir, null)]);
    expect(Buffer.from(one).equals(other)).toBe(true);
    expect(Buffer.from(await loadSealKey(dataDir, null)).equals(one)).toBe(true);
    expect((await stat(join(dataDir, 'seal.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['seal.key']);
    expect((await readFile(join(dataDir, 'seal.key'), 'utf8')).length).toBe(45);
  });

  it('is the same for all who start together', async () => {
    for (let round = 0; round < 20; round += 1) {
      const dataDir = join(folder, `together-${round}`);
      const keys = await Promise.all(Array.from({ length: 8 }, () => loadSealKey(dataDir, null)));
      expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    }
  });

  it('comes from the settings when they have one', async () => {
    const text = Buffer.alloc(32, 7).toString('base64');
    expect(Buffer.from(await loadSealKey(join(folder, 'none'), text))).toEqual(Buffer.alloc(32, 7));
    await expect(loadSealKey(folder, 'short')).rejects.toThrow(/SLUICE_SEAL_KEY does not hold 32 bytes/);
  });

  it('is refused when the file is damaged, never replaced', async () => {
    await writeFile(join(folder, 'seal.key'), 'damaged');
    await expect(loadSealKey(folder, null)).rejects.toThrow(/does not hold 32 bytes/);
    expect(await readFile(join(folder, 'seal.key'), 'utf8')).toBe('damaged');
  });
});
