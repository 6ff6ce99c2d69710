/**
 * An operation of the contract as a route: the request is judged in the cheapest order (load, key, scope, query, body),
 * handed to its handler as typed values, and the handler's answer is sent. Handlers never see a malformed request.
 */
import { type Operation, type OperationId, operations, type Refusal } from '@sluice/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { z } from 'zod';
import { ACCOUNT_HEADER, actingFor } from './acting.ts';
import { type Auth, type Caller, scopeRefusal } from './auth.ts';
import type { HttpContext } from './context.ts';
import type { Failures } from './failures.ts';
import { parseFields } from './fields.ts';
import { linkBase } from './links.ts';
import { answerOnce } from './once.ts';
import { sendRefusal } from './problem.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import type { Shedding } from './shedding.ts';
import type { SignedTokens } from './signed-tokens.ts';

type Shape<Id extends OperationId> = (typeof operations)[Id];
type Output<Part> = Part extends z.ZodType ? z.output<Part> : undefined;
export type QueryOf<Id extends OperationId> = Output<Shape<Id> extends { query: infer Q } ? Q : undefined>;
export type BodyOf<Id extends OperationId> = Output<Shape<Id> extends { body: infer B } ? B : undefined>;

export type Call<Id extends OperationId> = {
  context: HttpContext;
  /** For public operations the caller may be anybody: see `request.caller`. */
  caller: Caller;
  params: { id: string };
  query: QueryOf<Id>;
  body: BodyOf<Id>;
  request: FastifyRequest;
  reply: FastifyReply;
};

export type Answer =
  | { kind: 'ok'; body: unknown }
  | { kind: 'refused'; refusal: Refusal }
  /** The handler has sent, or is sending, the answer itself. */
  | { kind: 'sent' };

export type Handler<Id extends OperationId> = (call: Call<Id>) => Promise<Answer>;

/** One handler for each operation: the compiler finds the one that is missing. */
export type Handlers = { [Id in OperationId]: Handler<Id> };

export function ok(body: unknown): Answer {
  return { kind: 'ok', body };
}

export function refused(refusal: Refusal): Answer {
  return { kind: 'refused', refusal };
}

export const notFound: Answer = { kind: 'refused', refusal: { code: 'not_found' } };

export type Edge = {
  context: HttpContext;
  auth: Auth;
  sessions: Sessions;
  failures: Failures;
  signedTokens: SignedTokens;
  shedding: Shedding;
};

const Params = z.object({ id: z.string().min(1).max(100) });
const NOBODY: Caller = { keyId: '', accountId: '', operator: false, scopes: new Set() };

export function registerOperation<Id extends OperationId>(
  app: FastifyInstance,
  edge: Edge,
  id: Id,
  handler: Handler<Id>,
  options: { method?: HTTPMethods; bodyLimit?: number } = {},
): void {
  const operation: Operation = operations[id];
  app.route({
    method: options.method ?? (operation.method.toUpperCase() as HTTPMethods),
    url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { operation: id },
    ...(options.bodyLimit === undefined ? {} : { bodyLimit: options.bodyLimit }),
    onRequest: async (request, reply) => {
      sendTerms(edge, request, reply);
      const refusal = shedRefusal(edge.shedding, operation) ?? (await identify(edge, id, request));
      // Answering in a hook ends the request here: the body is never read.
      if (refusal) return sendRefusal(reply, refusal);
    },
    handler: async (request, reply) => {
      const parsed = parseRequest(operation, request);
      if (!parsed.ok) return sendAnswer(reply, operation, refused(parsed.refusal));
      const call = { context: edge.context, request, reply, ...parsed.value } as Call<Id>;
      const once = operation.idempotent === 'answer';
      return sendAnswer(reply, operation, once ? await answerOnce(id, call, handler) : await handler(call));
    },
  });
}

/** The room that is left, as draft-ietf-httpapi-ratelimit-headers writes it, and whose pages may read it: ours. */
function sendTerms({ context, shedding }: Edge, request: FastifyRequest, reply: FastifyReply): void {
  const { most, left } = shedding.room();
  reply.header('ratelimit-policy', `"creates";q=${most};qu="concurrent-requests"`);
  reply.header('ratelimit', `"creates";r=${left}`);
  if (reply.hasHeader('access-control-allow-origin')) return;
  const base = linkBase(context.settings, request);
  if (URL.canParse(base)) reply.header('access-control-allow-origin', new URL(base).origin);
}

/** Operators are not shed: they may be the ones who repair it. */
function shedRefusal(shedding: Shedding, operation: Operation): Refusal | null {
  if (operation.access === 'operator') return null;
  return shedding.refusal(operation.idempotent === 'tasks' ? 'create' : 'client');
}

/** By key, or else by cookie: whoever sends a key means it. */
async function identify(edge: Edge, id: OperationId, request: FastifyRequest): Promise<Refusal | null> {
  const operation: Operation = operations[id];
  // Who signs in is nobody yet, whatever their browser brings along; the handler judges.
  if (id === 'createSession') return null;
  const { authorization } = request.headers;
  const known = authorization === undefined ? await byCookie(edge, request) : await byKey(edge, request);
  const isPublic = operation.access === 'public';
  if (known.kind === 'refused') {
    // A cookie comes along by itself: one that is over takes nothing away from what everybody may do.
    return isPublic && authorization === undefined ? null : known.refusal;
  }
  if (known.session !== null && !SAFE.has(request.method)) {
    const forged = edge.sessions.forgeryRefusal(request, known.session);
    if (forged) return forged;
  }
  const acting = await actingFor(edge.context, known.caller, request.headers[ACCOUNT_HEADER]);
  if (acting.kind === 'refused') return acting.refusal;
  request.caller = acting.caller;
  request.session = known.session;
  request.stillGood = async () => {
    const again = authorization === undefined ? await byCookie(edge, request) : await byKey(edge, request);
    return again.kind === 'known';
  };
  return operation.access === 'public' ? null : scopeRefusal(known.caller, operation.access);
}

const SAFE = new Set(['GET', 'HEAD']);

type Known =
  | { kind: 'known'; caller: Caller; session: SignedIn | null }
  | { kind: 'refused'; refusal: Refusal };

async function byKey({ auth }: Edge, request: FastifyRequest): Promise<Known> {
  const identified = await auth.identify(request.headers.authorization, request.ip);
  return identified.kind === 'known' ? { ...identified, session: null } : identified;
}

async function byCookie({ sessions }: Edge, request: FastifyRequest): Promise<Known> {
  const recognised = await sessions.recognise(request);
  switch (recognised.kind) {
    case 'none':
      return { kind: 'refused', refusal: { code: 'missing_key' } };
    case 'refused':
      return recognised;
    case 'signed_in':
      return { kind: 'known', caller: recognised.session.caller, session: recognised.session };
  }
}

type Parts = { caller: Caller; params: { id: string }; query: unknown; body: unknown };

function parseRequest(
  operation: Operation,
  request: FastifyRequest,
): { ok: true; value: Parts } | { ok: false; refusal: Refusal } {
  const params = operation.path.includes('{') ? Params.safeParse(request.params) : null;
  if (params && !params.success) return { ok: false, refusal: { code: 'not_found' } };
  const query = parseFields<unknown>(operation.query ?? z.strictObject({}), request.query);
  if (!query.ok) return query;
  const body = parseBody(operation, request.body);
  if (!body.ok) return body;
  const value = {
    caller: request.caller ?? NOBODY,
    params: params?.data ?? { id: '' },
    query: query.value,
    body: body.value,
  };
  return { ok: true, value };
}

function parseBody(
  operation: Operation,
  body: unknown,
): { ok: true; value: unknown } | { ok: false; refusal: Refusal } {
  // Uploads are streams, read by their handler.
  if (!operation.body || operation.bodyTypes) return { ok: true, value: undefined };
  if (body === undefined) {
    return { ok: false, refusal: { code: 'invalid_json', message: 'A JSON body is required.' } };
  }
  return parseFields(operation.body, body);
}

function sendAnswer(reply: FastifyReply, operation: Operation, answer: Answer): FastifyReply {
  switch (answer.kind) {
    case 'ok':
      return reply.status(operation.response.status).send(answer.body);
    case 'refused':
      return sendRefusal(reply, answer.refusal);
    case 'sent':
      return reply;
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
    /** Null with a key. */
    session: SignedIn | null;
    /** Whether the caller would be let in again now; for answers that go on for long. */
    stillGood: (() => Promise<boolean>) | null;
  }
  interface FastifyContextConfig {
    operation?: OperationId;
  }
}
