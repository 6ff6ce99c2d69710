/** The files of `deploy/` name settings that exist, and start what exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const files = readdirSync(new URL('deploy/', ROOT)).map((name) => `deploy/${name}`);
const settings = new Set(
  read('packages/server/src/config.ts')
    .match(/^ {2}[A-Z][A-Z0-9_]+(?=:)/gm)
    ?.map((name) => name.trim()),
);

describe.each(files)('%s', (file) => {
  const named = read(file).match(/\b(?:SLUICE|S3|OTEL)_[A-Z0-9_]+|\b(?:PUBLIC_URL|DATABASE_URL)\b/g) ?? [];

  it('names settings that exist', () => {
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !settings.has(name))).toEqual([]);
  });

  it('names files that exist', () => {
    const paths = read(file).match(/\b(?:packages|deploy)\/[\w./-]+\w/g) ?? [];
    expect(paths.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  });
});
