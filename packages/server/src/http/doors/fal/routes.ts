/**
 * The routes of `/fal`. Its client either replaces fal's hosts by an address of ours, or sends everything to one
 * address (its `proxyUrl`) and names the one it means in a header. That header chooses among the same routes; nothing
 * is ever fetched from what it names.
 */
import { publishedKeys } from '../../../lifecycle/signing-keys.ts';
import { type DoorAnswer, type DoorCall, type DoorRoute, missing, refused } from '../door.ts';
import { cancelRequest, requestResult, requestStatus, streamStatus } from './requests.ts';
import { initiateUpload, putFile, refuseParts } from './storage.ts';
import { submitRequest } from './submit.ts';

const REQUEST = '/fal/{owner}/{app}/requests/{id}';
const read = { method: 'GET', access: 'tasks:read' } as const;
const write = { access: 'tasks:write' } as const;
const post = { ...write, method: 'POST', body: 'json' } as const;

/** What fal's hosts offer. `rest` is its platform, `queue` where requests are. */
const offered: readonly DoorRoute[] = [
  { ...read, name: 'status', path: `${REQUEST}/status`, handle: requestStatus },
  { ...read, name: 'stream', path: `${REQUEST}/status/stream`, handle: streamStatus },
  { ...read, name: 'result', path: REQUEST, handle: requestResult },
  { ...read, name: 'result', path: `${REQUEST}/response`, handle: requestResult },
  { ...write, name: 'cancel', method: 'PUT', path: `${REQUEST}/cancel`, body: 'json', handle: cancelRequest },
  { ...post, name: 'initiate', path: '/fal/rest/storage/upload/initiate', handle: initiateUpload },
  { ...post, name: 'parts', path: '/fal/rest/storage/upload/initiate-multipart', handle: refuseParts },
  { ...post, name: 'submit', path: '/fal/*', creates: true, handle: submitRequest },
];

export const falRoutes: readonly DoorRoute[] = [
  ...offered,
  {
    name: 'put',
    method: 'PUT',
    path: '/fal/storage/upload/{account}/{id}',
    access: 'public',
    body: 'stream',
    handle: putFile,
  },
  { ...read, name: 'keys', path: '/fal/.well-known/jwks.json', access: 'public', handle: keys },
  { ...read, name: 'proxy', path: '/fal/proxy', handle: proxied },
  { ...write, name: 'proxy', method: 'PUT', path: '/fal/proxy', body: 'json', handle: proxied },
  // Its name is part of what makes a repeat: a submit is one, whichever way it came.
  { ...post, name: 'submit', path: '/fal/proxy', creates: true, handle: proxied },
];

/** By which receivers check the signatures of webhooks. */
async function keys({ context }: DoorCall): Promise<DoorAnswer> {
  const published = await publishedKeys(context);
  const shown = published.map(({ id, publicKey: x }) => ({
    kid: id,
    kty: 'OKP',
    crv: 'Ed25519',
    use: 'sig',
    alg: 'EdDSA',
    x,
  }));
  return {
    kind: 'answered',
    status: 200,
    body: { keys: shown },
    headers: { 'cache-control': 'public, max-age=3600' },
  };
}

/** Where the routes of a host begin here. */
const HOSTS: Readonly<Record<string, string>> = {
  'queue.fal.run': '/fal',
  'rest.fal.ai': '/fal/rest',
  'rest.alpha.fal.ai': '/fal/rest',
};

async function proxied(call: DoorCall): Promise<DoorAnswer> {
  const given = String(call.request.headers['x-fal-target-url'] ?? '');
  const target = URL.canParse(given) ? new URL(given) : null;
  const root = target?.protocol === 'https:' ? HOSTS[target.host] : undefined;
  if (!target || root === undefined) {
    const message = 'x-fal-target-url: only the queue and the storage of fal stand here.';
    return refused({ code: 'forbidden', message, fix: 'Use fal.queue or fal.subscribe.' });
  }
  const path = root + target.pathname;
  for (const route of offered) {
    const params = route.method === call.request.method ? paramsOf(route.path, path) : null;
    if (params) return route.handle({ ...call, params, query: Object.fromEntries(target.searchParams) });
  }
  return missing;
}

function paramsOf(template: string, path: string): Record<string, string> | null {
  const names: string[] = [];
  const pattern = template.replaceAll(/\{(\w+)\}|\*/g, (_, name?: string) => {
    names.push(name ?? '*');
    return name === undefined ? '(.+)' : '([^/]{1,200})';
  });
  const values = new RegExp(`^${pattern}$`).exec(path)?.slice(1);
  return values ? Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])) : null;
}
