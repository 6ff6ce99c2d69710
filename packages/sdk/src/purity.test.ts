import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const folder = new URL('.', import.meta.url);
const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

describe('the client runs anywhere', () => {
  test('it has no dependencies', () => {
    expect(manifest.dependencies).toEqual({});
  });

  test.each(sources)('%s imports nothing at run time but its neighbours, and no Node', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const imports = [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from '([^']+)'/gm)];
    const loaded = imports.filter(([, isType]) => !isType).map(([, , from]) => from);
    expect(loaded.filter((from) => !from?.startsWith('./') || from.startsWith('./testing'))).toEqual([]);
    expect(text).not.toMatch(/\b(Buffer|process|require|__dirname)\b[.(]/);
  });
});
