/**
 * A door: a foreign protocol at which unmodified clients of others order here. It reads a request into our order, says
 * a task in its own words, and words each refusal as its clients expect it. It decides nothing and keeps nothing:
 * order, repeat, money, load and ownership are the same as at the native API.
 *
 * Doors serve the keys of accounts; an operator has no account, so each door refuses its key.
 */
import type { CreateGeneration, Refusal, Scope, Task } from '@sluice/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { WrittenDelivery } from '../../lifecycle/delivery-formats.ts';
import type { Auth, Identified } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import type { RefusalShape } from '../problem.ts';
import type { SignedTokens } from '../signed-tokens.ts';

export type Door = {
  /** Stored with each task that came in here; part of what makes a repeat a repeat. */
  name: string;
  /** Paths whose every answer has this door's shape, also where it has no route. */
  claims(path: string): boolean;
  /** Who is calling, by the header of this protocol. */
  identify(request: FastifyRequest, auth: Auth, signedTokens: SignedTokens): Promise<Identified>;
  refusal: RefusalShape;
  /** How the end of a task is told to its clients; absent: only in our own words. */
  webhook?: DoorWebhook;
  routes: readonly DoorRoute[];
};

export type DoorWebhook = {
  signing: WrittenDelivery['signing'];
  /** `base`: what addresses begin with. `words`: as `DoorWish.words`, null when it was ordered elsewhere. */
  tell(end: {
    event: { id: string; type: string; atMs: number };
    task: Task;
    words: Record<string, unknown> | null;
    base: string;
  }): object;
};

export type DoorRoute = {
  /** For the hash of a repeat: `create`, `cancel`. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` parameters; a `*` at the end takes the rest and is the parameter `*`. */
  path: string;
  /** `public`: no key is looked at. */
  access: 'public' | z.infer<typeof Scope>;
  /**
   * `json`: read whole, undefined when there is none. `form`: JSON as well, or a stream of multipart for `readForm`.
   * `stream`: whatever comes, untouched. Left out: a body is not looked at.
   */
  body?: 'json' | 'form' | 'stream';
  /** Orders something, so that it is shed with the other creates. */
  creates?: boolean;
  handle(call: DoorCall): Promise<DoorAnswer>;
};

export type DoorCall = {
  context: HttpContext;
  /** Of whom everything is seen and ordered here; empty on public routes. */
  accountId: string;
  params: Readonly<Record<string, string>>;
  /** The first value of each. */
  query: Readonly<Record<string, string>>;
  body: unknown;
  request: FastifyRequest;
  reply: FastifyReply;
  order(wish: DoorWish): Promise<DoorOrdered>;
};

export type DoorWish = {
  order: CreateGeneration;
  /**
   * Everything that the client asked for, path included, after parsing. An uploaded file stands here by its hash: its
   * id is new each time, and a repeat would be no repeat.
   */
  asked: unknown;
  /**
   * What this protocol repeats to its client later; stored with the task, so no bytes and no secrets. `told` is heeded:
   * whether the order's `callback_url` hears of the start (left out: no) and of the end (left out: yes).
   */
  words: Record<string, unknown> & { told?: { start: boolean; end: boolean } };
  /** The client's own name of the wish, where the protocol has one: an account never orders the same name twice. */
  requestKey?: string;
  /**
   * For answers that come with the end of the render: how long after its order an equal wish, without a key, still
   * belongs to it when its answer was not delivered.
   */
  joinWithinMs?: number;
};

export type DoorOrdered =
  | { kind: 'ordered'; task: Task; replayed: boolean }
  | { kind: 'refused'; refusal: Refusal };

export type DoorAnswer =
  | { kind: 'answered'; status: number; body: unknown; headers?: Readonly<Record<string, string>> }
  | { kind: 'refused'; refusal: Refusal }
  /** The handler has sent, or is sending, the answer itself. */
  | { kind: 'sent' };

export function answered(body: unknown, status = 200): DoorAnswer {
  return { kind: 'answered', status, body };
}

export function refused(refusal: Refusal): DoorAnswer {
  return { kind: 'refused', refusal };
}

/** An object of another account is as good as none, to the byte. */
export const missing: DoorAnswer = { kind: 'refused', refusal: { code: 'not_found' } };

/** `Authorization` with one of these schemes, whatever their case; the rest is a key of ours. */
export function identifyBy(...schemes: readonly string[]): Door['identify'] {
  const pattern = new RegExp(`^(?:${schemes.join('|')}) +`, 'i');
  return (request, auth) => {
    const { authorization } = request.headers;
    return auth.identify(authorization?.replace(pattern, 'Bearer '), request.ip);
  };
}
