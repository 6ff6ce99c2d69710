/** The list of an account's predictions: newest first, by pages, in a window of creation times. */
import type { EmulatorAnswer } from '../exchange.ts';
import type { ReplicateAccount } from './account.ts';
import { shown } from './prediction.ts';
import { answer, type World } from './world.ts';

const pageSize = 100;

export function listed(
  world: World,
  account: ReplicateAccount,
  query: URLSearchParams,
  now: number,
): EmulatorAnswer {
  const after = timeOf(query.get('created_after')) ?? Number.NEGATIVE_INFINITY;
  const before = timeOf(query.get('created_before')) ?? Number.POSITIVE_INFINITY;
  const all = world.book
    .of(account.name)
    .filter(({ createdAt }) => createdAt >= after && createdAt <= before)
    .reverse();
  const from = Number(Buffer.from(query.get('cursor') ?? '', 'base64url').toString() || '0');
  const page = all.slice(from, from + pageSize);
  const more = from + pageSize < all.length;
  const webhook = world.options.showsWebhook ?? true;
  return answer(200, {
    previous: from === 0 ? null : pageUrl(world, query, Math.max(0, from - pageSize)),
    next: more ? pageUrl(world, query, from + pageSize) : null,
    results: page.map((job) => shown(job, now, world.addresses, { webhook, counted: false })),
  });
}

function pageUrl(world: World, query: URLSearchParams, from: number): string {
  const next = new URLSearchParams(query);
  next.set('cursor', Buffer.from(String(from)).toString('base64url'));
  return `${world.addresses.api}/predictions?${next}`;
}

function timeOf(text: string | null): number | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms;
}
