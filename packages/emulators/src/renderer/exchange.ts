/** One request under a fault: the answer goes wrong, before or after the request had its effect. */
import { type EmulatorAnswer, type EmulatorReply, textAnswer } from '../exchange.ts';
import type { QueryFault } from './faults.ts';

export type Refusing = Extract<QueryFault, { do: 'refuse' }>;

export type Answering = {
  /** Has the effect and answers. */
  answer(): Promise<EmulatorAnswer> | EmulatorAnswer;
  refuse(fault: Refusing): EmulatorAnswer;
  /** What is answered about a task that the vendor does not know. */
  missing(): EmulatorAnswer;
};

export async function underFault(
  fault: QueryFault | null,
  { answer, refuse, missing }: Answering,
): Promise<EmulatorReply> {
  if (fault === null) return answer();
  if ('accept' in fault && fault.accept === true) await answer();
  switch (fault.do) {
    case 'refuse': {
      const refused = refuse(fault);
      if (fault.retryAfterSeconds !== undefined)
        refused.headers['retry-after'] = String(fault.retryAfterSeconds);
      return refused;
    }
    case 'drop':
      return fault.afterMs === undefined ? { drop: true } : { drop: true, delayMs: fault.afterMs };
    case 'slow':
      return { ...(await answer()), delayMs: fault.ms };
    case 'html':
      return textAnswer(502, 'text/html', '<html><head><title>502 Bad Gateway</title></head></html>');
    case 'answer':
      return textAnswer(fault.status, fault.contentType, fault.body);
    case 'hide':
      return missing();
  }
}
