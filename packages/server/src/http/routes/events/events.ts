/** Following events: of one task until it ends, or of a whole account from now on. */
import { type EventsQuery, eventTypes, type Refusal } from '@sluice/contract';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { BEGINNING, type EventStore, isAfter, type Position } from '../../../store/events.ts';
import { ownerOf } from '../../auth.ts';
import type { HttpContext } from '../../context.ts';
import { type Answer, type Handlers, notFound, refused } from '../../operation.ts';
import type { Streams } from '../../stream.ts';

export function eventHandlers(streams: Streams): Pick<Handlers, 'streamTaskEvents' | 'streamEvents'> {
  return {
    streamTaskEvents: async ({ context, caller, params, query, request, reply }) => {
      const read = await readRequest(context, request, query);
      if (!read.ok) return refused(read.refusal);
      const task = await context.store.reads.task(params.id, ownerOf(caller));
      if (!task) return notFound;
      const start = await startOf(context, read.after, BEGINNING);
      const end = await context.store.events.endOf(task.id);
      const over = end !== null && !isAfter(end, start);
      const scope = { of: 'task', id: task.id } as const;
      const owner = caller.accountId ?? caller.keyId;
      return started(
        streams.open(reply, {
          scope,
          start,
          types: read.types,
          owner,
          over,
          stillGood: stillGoodOf(request),
        }),
      );
    },
    streamEvents: async ({ context, caller, query, request, reply }) => {
      const read = await readRequest(context, request, query);
      if (!read.ok) return refused(read.refusal);
      const own = ownerOf(caller);
      const start = await startOf(context, read.after, await context.store.events.now());
      const scope = own === null ? ({ of: 'all' } as const) : ({ of: 'account', id: own } as const);
      const owner = caller.accountId ?? caller.keyId;
      return started(
        streams.open(reply, {
          scope,
          start,
          types: read.types,
          owner,
          over: false,
          stillGood: stillGoodOf(request),
        }),
      );
    },
  };
}

function stillGoodOf({ stillGood }: FastifyRequest): () => Promise<boolean> {
  return stillGood ?? (async () => true);
}

function started(refusal: Refusal | null): Answer {
  return refusal ? refused(refusal) : { kind: 'sent' };
}

async function startOf(context: HttpContext, after: bigint | null, without: Position): Promise<Position> {
  return after === null ? without : await context.store.events.positionOf(after);
}

type Read =
  | { ok: true; after: bigint | null; types: ReadonlySet<string> | null }
  | { ok: false; refusal: Refusal };

/** The header is what a reconnecting client sends by itself, so it wins. */
async function readRequest(
  { store }: HttpContext,
  request: FastifyRequest,
  query: z.infer<typeof EventsQuery>,
): Promise<Read> {
  const types = query.types?.split(',').map((type) => type.trim());
  const strange = types?.find((type) => !(eventTypes as readonly string[]).includes(type));
  if (strange !== undefined) {
    const message = `types: there is no event type "${strange}".`;
    return { ok: false, refusal: { code: 'invalid_input', field: 'types', message, allowed: eventTypes } };
  }
  const header = request.headers['last-event-id'];
  const given = typeof header === 'string' && header !== '' ? header : query.after;
  const after = given === undefined ? null : await numberOf(store.events, given);
  if (given !== undefined && after === null) {
    const message = 'after: that is the id of no event, neither of a message of this stream nor of an event.';
    return { ok: false, refusal: { code: 'invalid_input', field: 'after', message } };
  }
  return { ok: true, after, types: types === undefined ? null : new Set(types) };
}

/** Messages of a stream are numbered; the events in them, as webhooks and timelines show them, have ids. */
async function numberOf(events: Pick<EventStore, 'numberOf'>, given: string): Promise<bigint | null> {
  if (/^\d{1,18}$/.test(given)) return BigInt(given);
  return /^evt_\w{1,60}$/.test(given) ? await events.numberOf(given) : null;
}
