/**
 * Prism between a client and a gateway: each request and each answer is held against the API document, and what differs
 * comes back in the header `sl-violations`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FetchLike } from '@sluice/sdk';

const DOCUMENT = fileURLToPath(new URL('../../packages/contract/openapi.json', import.meta.url));

export type PrismProxy = {
  url: string;
  /** fetch, which notes what Prism says of each exchange. */
  fetch: FetchLike;
  exchanges: { call: string; status: number; violations: string[] }[];
  close(): Promise<void>;
};

export async function startPrism(gatewayUrl: string): Promise<PrismProxy> {
  const home = dirname(createRequire(import.meta.url).resolve('@stoplight/prism-cli/package.json'));
  const child = spawn(
    process.execPath,
    [join(home, 'dist/index.js'), 'proxy', DOCUMENT, gatewayUrl, '--port', '0', '--host', '127.0.0.1'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /listening on (http:\/\/\S+)/.exec(line)?.[1];
      if (found) resolve(found.replace(/\/$/, ''));
    });
    exited.then(() => reject(new Error('Prism ended before it listened')), reject);
  });
  const exchanges: PrismProxy['exchanges'] = [];
  return {
    url,
    exchanges,
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      const { pathname } = new URL(input);
      const said: unknown = JSON.parse(answer.headers.get('sl-violations') ?? '[]');
      const violations = Array.isArray(said) ? said.map((violation) => JSON.stringify(violation)) : [];
      exchanges.push({ call: `${init?.method ?? 'GET'} ${pathname}`, status: answer.status, violations });
      return answer;
    },
    close: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
