/** A stage of the exam around any emulated upstream: time that we move, and a record of what it answered. */
import type { Order } from '@sluice/contract';
import type { OutboundAnswer, OutboundRequest } from '../../effects/outbound/outbound.ts';
import type { PathContext } from '../contract.ts';
import type { Stage } from './subject.ts';

type Reply = { status: number; headers: Record<string, string>; body: Uint8Array } | { drop: true };

export type Staged = {
  path: PathContext;
  order: Order;
  clock: { nowMs: number };
  handle(request: {
    method: string;
    url: string;
    headers: Record<string, string>;
    body: Uint8Array;
  }): Promise<Reply>;
  accepts(): readonly { correlationId: string | null; upstreamId: string }[];
  /** The next submit goes wrong in this way. */
  lose(about: string): void;
  operationOf(method: string, pathname: string): string;
};

export function stageOf(staged: Staged): Stage {
  const { clock } = staged;
  const answers: { operation: string; status: number; body: string }[] = [];
  return {
    path: () => ({ ...staged.path, nowMs: clock.nowMs }),
    nowMs: () => clock.nowMs,
    advance: (ms) => {
      clock.nowMs += ms;
    },
    outbound: { request: (request) => answerTo(staged, request, answers) },
    order: staged.order,
    loseNext: (about) => staged.lose(about),
    accepts: () => staged.accepts(),
    answers: () => answers,
  };
}

async function answerTo(
  staged: Staged,
  { method, url, headers, body: sent }: OutboundRequest,
  answers: { operation: string; status: number; body: string }[],
): Promise<OutboundAnswer> {
  const bytes = typeof sent === 'string' ? new TextEncoder().encode(sent) : new Uint8Array();
  const reply = await staged.handle({ method, url, headers, body: bytes });
  if ('drop' in reply) return { kind: 'lost', reason: 'reset', detail: 'cut by the emulator' };
  const { pathname } = new URL(url);
  const operation = staged.operationOf(method, pathname);
  answers.push({ operation, status: reply.status, body: new TextDecoder().decode(reply.body) });
  return { kind: 'answered', ...reply, finalUrl: url };
}

/** Numbers that are the same in every run. */
export function countingRandom(): { fraction(): number; bytes(length: number): Uint8Array } {
  let state = 1;
  const fraction = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return {
    fraction,
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(fraction() * 256)),
  };
}
