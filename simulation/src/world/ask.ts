/**
 * A client's call to one node: it may be answered, refused with an error, or never answered because the process
 * died.
 */
import type { Context } from '@sluice/server/lifecycle/context.ts';
import type { Node } from './node.ts';

export type Asked<Answer> =
  | { kind: 'answered'; answer: Answer }
  /** 500 or 503: nothing is known. */
  | { kind: 'failed'; error: unknown }
  /** The connection broke: nothing is known. */
  | { kind: 'hung_up' }
  /** The client waited long enough; the node may still be at it. */
  | { kind: 'gave_up' };

/** `patienceOver` resolves when the client gives up. */
export function ask<Answer>(
  node: Node,
  call: (context: Context) => Promise<Answer>,
  patienceOver: Promise<void>,
): Promise<Asked<Answer>> {
  return new Promise((resolve) => {
    const hangUp = () => resolve({ kind: 'hung_up' });
    node.hangUps.add(hangUp);
    void patienceOver.then(() => resolve({ kind: 'gave_up' }));
    call(node.context).then(
      (answer) => {
        node.hangUps.delete(hangUp);
        resolve({ kind: 'answered', answer });
      },
      (error: unknown) => {
        node.hangUps.delete(hangUp);
        resolve({ kind: 'failed', error });
      },
    );
  });
}
