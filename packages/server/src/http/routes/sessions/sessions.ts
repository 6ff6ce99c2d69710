/**
 * Signing in and out. A sign-in always makes a new token, so a cookie that somebody planted is worth nothing, and it
 * is taken only from our own pages, so that no other page signs a person in as somebody else.
 */
import type { Refusal } from '@sluice/contract';
import type { FastifyRequest } from 'fastify';
import { csrfToken, isSessionToken } from '../../../effects/secrets/session-tokens.ts';
import { record } from '../../../lifecycle/operate/actions.ts';
import {
  beginSession,
  beginSessionByLink,
  makeSignInLink,
  type NewSession,
  SESSION_MOST_MS,
} from '../../../lifecycle/operate/sessions.ts';
import { type Caller, ownerOf, tooMany } from '../../auth.ts';
import type { HttpContext } from '../../context.ts';
import { isForeign, seesHttps, sessionCookie } from '../../cookies.ts';
import { linkBase } from '../../links.ts';
import {
  type Answer,
  type BodyOf,
  type Call,
  type Edge,
  type Handlers,
  notFound,
  ok,
  refused,
} from '../../operation.ts';
import { FORGED } from '../../sessions.ts';
import { sessionView } from '../../views/session.ts';

type Names = 'createSession' | 'getSession' | 'deleteSession' | 'createSignInLink';

export function sessionHandlers(edge: Edge): Pick<Handlers, Names> {
  return {
    createSession: async (call) => {
      if (isForeign(call.request, edge.context.settings.publicUrl)) return refused(FORGED);
      const begun = await begin(edge, call.request, call.body);
      if (begun.kind === 'refused') return begun;
      return welcome(edge, call, begun);
    },
    getSession: async ({ context, request }) => {
      const { caller, session } = request;
      if (caller === null) return refused(await reasonOf(edge, request));
      const row = await context.store.sessions.whoIs(caller.keyId);
      return row ? ok(await sessionView(context, row, session)) : notFound;
    },
    deleteSession: async ({ request, reply }) => {
      const { session } = request;
      if (session !== null) await edge.sessions.end(session.token);
      const https = seesHttps(request, edge.context.settings.publicUrl);
      reply.header('set-cookie', sessionCookie(edge.sessions.names, https, null, 0));
      return ok({ object: 'session', ended: true });
    },
    createSignInLink: async ({ context, caller, body, request }) => {
      const keyId = body.member === null ? caller.keyId : await keyOfMember(context, caller, body.member);
      if (keyId === null) return notFound;
      const link = await makeSignInLink(context, keyId);
      await record(context, caller.keyId, 'sign_in_link.created', keyId, {});
      return ok({
        object: 'sign_in_link',
        url: `${linkBase(context.settings, request)}/console/#token=${link.token}`,
        expires_at: new Date(link.expiresAtMs).toISOString(),
      });
    },
  };
}

type Begun = { kind: 'begun'; made: NewSession; keyId: string } | { kind: 'refused'; refusal: Refusal };

async function begin(edge: Edge, request: FastifyRequest, body: BodyOf<'createSession'>): Promise<Begun> {
  if (body.api_key !== undefined) {
    const known = await edge.auth.identify(`Bearer ${body.api_key}`, request.ip);
    if (known.kind === 'refused') return { kind: 'refused', refusal: known.refusal };
    const { keyId } = known.caller;
    return { kind: 'begun', made: await beginSession(edge.context, keyId), keyId };
  }
  return beginByLink(edge, request, body.token ?? '');
}

async function beginByLink(
  { context, failures }: Edge,
  request: FastifyRequest,
  token: string,
): Promise<Begun> {
  const nowMs = context.clock.now();
  const waitSeconds = failures.waitSeconds(request.ip, nowMs);
  if (waitSeconds > 0) return tooMany(waitSeconds);
  const begun = isSessionToken(token) ? await beginSessionByLink(context, token) : null;
  if (!begun) {
    failures.count(request.ip, nowMs);
    return {
      kind: 'refused',
      refusal: {
        code: 'invalid_key',
        message: 'This sign-in link was used already, or is too old.',
        fix: 'Ask for another one: `sluice console` on the machine of the gateway makes one.',
      },
    };
  }
  return { kind: 'begun', made: begun, keyId: begun.keyId };
}

/** The browser gets its new session; the one that it had ends. */
async function welcome(
  edge: Edge,
  { request, reply, context }: Call<'createSession'>,
  { made, keyId }: { made: NewSession; keyId: string },
): Promise<Answer> {
  const before = await edge.sessions.recognise(request);
  if (before.kind === 'signed_in') await edge.sessions.end(before.session.token);
  const row = await context.store.sessions.whoIs(keyId);
  if (!row) return notFound;
  const https = seesHttps(request, context.settings.publicUrl);
  reply.header('set-cookie', sessionCookie(edge.sessions.names, https, made.token, SESSION_MOST_MS));
  const { token, expiresAtMs } = made;
  return ok(await sessionView(context, row, { csrf: csrfToken(token), expiresAtMs }));
}

/** Why a request by cookie is nobody's. */
async function reasonOf({ sessions }: Edge, request: FastifyRequest) {
  const recognised = await sessions.recognise(request);
  return recognised.kind === 'refused' ? recognised.refusal : ({ code: 'missing_key' } as const);
}

async function keyOfMember(context: HttpContext, caller: Caller, id: string): Promise<string | null> {
  return (await context.store.team.findMember(id, ownerOf(caller)))?.key_id ?? null;
}
