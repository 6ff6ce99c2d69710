/**
 * The routes of the doors. A request is judged in the same order as at the native API: load, key, scope, then its body;
 * and whatever is refused, by whomever, is said in the words of the door that it came to.
 */
import type { Refusal } from '@sluice/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { accountOf, scopeRefusal } from '../auth.ts';
import type { Edge } from '../operation.ts';
import type { Ordering } from '../ordering.ts';
import { sendRefusal } from '../problem.ts';
import type { Door, DoorAnswer, DoorCall, DoorRoute } from './door.ts';
import { doorAt, doors } from './doors.ts';

export function registerDoors(app: FastifyInstance, edge: Edge, order: Ordering): void {
  for (const door of doors) {
    for (const route of door.routes) registerRoute(app, edge, order, door, route);
  }
}

/** Runs before everything else, so that even an overload is told in the door's words. */
export function noteDoor(request: FastifyRequest): void {
  request.refusalShape = doorAt(request.url.split('?')[0] ?? '')?.refusal ?? null;
}

function registerRoute(
  app: FastifyInstance,
  edge: Edge,
  order: Ordering,
  door: Door,
  route: DoorRoute,
): void {
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { body: route.body ?? 'none' },
    onRequest: async (request, reply) => {
      const refusal =
        edge.shedding.refusal(route.creates === true ? 'create' : 'client') ??
        (await identify(edge, door, route, request));
      // Answering in a hook ends the request here: the body is never read.
      if (refusal) return sendRefusal(reply, refusal);
    },
    handler: async (request, reply) =>
      send(reply, await route.handle(callOf(edge, order, door, route, request, reply))),
  });
}

async function identify(
  { auth, signedTokens }: Edge,
  door: Door,
  { access }: DoorRoute,
  request: FastifyRequest,
): Promise<Refusal | null> {
  if (access === 'public') return null;
  const identified = await door.identify(request, auth, signedTokens);
  if (identified.kind === 'refused') return identified.refusal;
  request.caller = identified.caller;
  const account = accountOf(identified.caller);
  return account.ok ? scopeRefusal(identified.caller, access) : account.refusal;
}

const NOBODY = { keyId: '', accountId: '', operator: false, scopes: new Set<string>() };

function callOf(
  { context }: Edge,
  order: Ordering,
  door: Door,
  route: DoorRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): DoorCall {
  const caller = request.caller ?? NOBODY;
  return {
    context,
    accountId: caller.accountId ?? '',
    params: firstValues(request.params),
    query: firstValues(request.query),
    body: request.body,
    request,
    reply,
    order: async (wish) => {
      const ordered = await order(
        { context, caller, request, reply },
        {
          operation: `${door.name}/${route.name}`,
          asked: wish.asked,
          orders: [wish.order],
          batch: false,
          door: { name: door.name, words: wish.words },
          requestKey: wish.requestKey,
          joinWithinMs: wish.joinWithinMs,
        },
      );
      if (ordered.kind === 'refused') return { kind: 'refused', refusal: ordered.refusal };
      const [task] = ordered.tasks;
      if (!task) throw new Error('one order makes one task');
      return { kind: 'ordered', task, replayed: ordered.replayed };
    },
  };
}

function firstValues(given: unknown): Record<string, string> {
  if (typeof given !== 'object' || given === null) return {};
  const pairs = Object.entries(given).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]);
  return Object.fromEntries(pairs.filter(([, value]) => typeof value === 'string'));
}

function send(reply: FastifyReply, answer: DoorAnswer): FastifyReply {
  switch (answer.kind) {
    case 'answered':
      return reply
        .status(answer.status)
        .headers(answer.headers ?? {})
        .send(answer.body);
    case 'refused':
      return sendRefusal(reply, answer.refusal);
    case 'sent':
      return reply;
  }
}
