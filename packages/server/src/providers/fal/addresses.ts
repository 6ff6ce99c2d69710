/**
 * Where a request is asked for. fal says: do not build these addresses, use those of the submit's answer (API page
 * read in the autumn of 2026), because they drop everything behind the first two segments of the endpoint's id. But
 * the key goes with each of them, so an address is used only when it lies on the origin of the path and speaks of this
 * very request; otherwise the documented form is built under the path's own base URL.
 */
import type { PathContext } from '../contract.ts';
import { roots } from './models.ts';
import type { Addresses, Handle } from './wire.ts';

export type Place = keyof Addresses;

const suffixOf: Readonly<Record<Place, string>> = { status: '/status', result: '', cancel: '/cancel' };

export function rootOf(endpoint: string): string {
  return endpoint.split('/').slice(0, 2).join('/');
}

/** Those of the submit's answer when all three can be believed, null otherwise. */
export function believed(
  path: PathContext,
  requestId: string,
  told: {
    status: string | null | undefined;
    result: string | null | undefined;
    cancel: string | null | undefined;
  },
): Addresses | null {
  const { status, result, cancel } = told;
  if (!status || !result || !cancel) return null;
  const all = { status, result, cancel };
  return Object.values(all).every((url) => isOurs(path, requestId, url)) ? all : null;
}

/** Every address under which it may be found, the likeliest first. */
export function addressesOf(path: PathContext, handle: Handle, place: Place): string[] {
  const told = handle.urls?.[place];
  if (told !== undefined && isOurs(path, handle.requestId, told)) return [told];
  const known = handle.root === null ? roots : [handle.root];
  return known.map((root) => `/${root}/requests/${handle.requestId}${suffixOf[place]}`);
}

function isOurs(path: PathContext, requestId: string, url: string): boolean {
  if (!URL.canParse(url) || !URL.canParse(path.baseUrl)) return false;
  const { origin, pathname, username, password } = new URL(url);
  const same = origin === new URL(path.baseUrl).origin && username === '' && password === '';
  return same && pathname.split('/').includes(requestId);
}

/** The platform's other hosts; a stand-in for fal serves all of it under one address. */
export function platformUrl(path: PathContext, set: string | undefined, host: string, at: string): string {
  if (set !== undefined) return `${set}${at}`;
  const genuine = URL.canParse(path.baseUrl) && new URL(path.baseUrl).hostname === 'queue.fal.run';
  return genuine ? `https://${host}${at}` : at;
}
