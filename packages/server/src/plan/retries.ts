/** What a plan says of failed renders and refused sends: what is tried again, by whom, and what is still lost. */
import { percent, whole } from './words.ts';

export type Retried = {
  renders: number;
  failed: number;
  /** Failed renders are begun again where there is another path. */
  rerun: boolean;
  paths: number;
  /** How often a client orders a failed clip again. */
  orderAgain: number;
  refused: number;
  /** Of all tasks. */
  lostShare: number;
};

export function retryAnswer(retried: Retried): string {
  const { refused, lostShare } = retried;
  const sentences = [...failedSentences(retried), refusedSentence(whole(refused))];
  return [...sentences, `${percent(lostShare)} of tasks end without a clip.`].join(' ');
}

function failedSentences({ renders, failed, rerun, paths, orderAgain }: Retried): string[] {
  const [bad, all] = [whole(failed), whole(renders)];
  if (bad === '0') return [all === '0' ? 'Nothing is rendered.' : `None of ${all} renders fails.`];
  return [
    `${bad} of ${all} renders ${bad === '1' ? 'fails' : 'fail'}.`,
    gatewaySentence(rerun, paths),
    clientSentence(orderAgain),
  ];
}

function gatewaySentence(rerun: boolean, paths: number): string {
  if (!rerun) return 'The gateway does not begin them again, as this plan asks.';
  if (paths < 2) return 'The gateway does not begin them again, because there is no other path.';
  return 'The gateway begins each of them again once, on another path.';
}

function clientSentence(orderAgain: number): string {
  if (orderAgain === 0) return 'Clients do not order failed clips again.';
  return `Clients order a failed clip again ${orderAgain === 1 ? 'once' : `up to ${orderAgain} times`}.`;
}

function refusedSentence(refused: string): string {
  if (refused === '0') return 'No send is refused.';
  return refused === '1'
    ? '1 send is refused and waits for its turn.'
    : `${refused} sends are refused and wait for their turn.`;
}
