/** Answers of the API routes: the envelope, and what a fault of the exchange makes of it. */
import { type EmulatorAnswer, type EmulatorRandom, type EmulatorReply, textAnswer } from '../exchange.ts';
import { type Json, type JsonObject, writeJson } from '../json.ts';
import { type Refusal, statusOf } from './errors.ts';
import type { ExchangeFault } from './faults.ts';
import { failure, success } from './render.ts';

export type Answers = {
  ok(data?: Json): EmulatorAnswer;
  refuse(refusal: Refusal): EmulatorAnswer;
  /** The envelope of an error in an answer of status 200, or with its own status. */
  error(
    code: number,
    options: { message?: string; status?: number; retryAfterSeconds?: number },
  ): EmulatorAnswer;
};

export function createAnswers(random: EmulatorRandom): Answers {
  const answer = (status: number, body: JsonObject): EmulatorAnswer =>
    textAnswer(status, 'application/json;charset=UTF-8', writeJson(body));
  return {
    ok: (data) => answer(200, success(requestId(random), data)),
    refuse: ({ code, message }) => answer(statusOf(code), failure(requestId(random), code, message)),
    error(code, { message, status, retryAfterSeconds }) {
      const reply = answer(status ?? statusOf(code), failure(requestId(random), code, message));
      if (retryAfterSeconds !== undefined) reply.headers['retry-after'] = String(retryAfterSeconds);
      return reply;
    },
  };
}

function requestId(random: EmulatorRandom): string {
  const hex = Buffer.from(random.bytes(16)).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const htmlPage =
  '<!doctype html><html><body><h1>Welcome</h1><p>Please sign in to the network.</p></body></html>';

/**
 * Runs a request under a fault: without one, as is; with one, perhaps with its effect and surely with
 * another answer.
 */
export async function spoilExchange(
  fault: ExchangeFault | null,
  answers: Answers,
  effect: () => Promise<EmulatorAnswer>,
): Promise<EmulatorReply> {
  if (fault === null) return effect();
  switch (fault.do) {
    case 'slow':
      return { ...(await effect()), delayMs: fault.ms };
    case 'trickle':
      return { ...(await effect()), trickle: { bytes: fault.bytes, everyMs: fault.everyMs } };
    case 'drop':
      if (fault.accept === true) await effect();
      return { drop: true, ...(fault.afterMs === undefined ? {} : { delayMs: fault.afterMs }) };
    case 'html':
      return orRefused(fault, effect, () => textAnswer(200, 'text/html', htmlPage));
    case 'answer':
      return orRefused(fault, effect, () => textAnswer(fault.status, fault.contentType, fault.body));
    case 'code-in-200':
      return orRefused(fault, effect, () => answers.error(fault.code, { ...fault, status: 200 }));
    case 'refuse':
      return orRefused(fault, effect, () => answers.error(fault.code, fault));
  }
}

/** A request that is refused anyway keeps its true refusal: there was no effect to hide. */
async function orRefused(
  fault: { accept?: boolean },
  effect: () => Promise<EmulatorAnswer>,
  spoiled: () => EmulatorAnswer,
): Promise<EmulatorAnswer> {
  if (fault.accept !== true) return spoiled();
  const truth = await effect();
  return truth.status >= 400 ? truth : spoiled();
}
