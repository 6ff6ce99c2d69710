import { expect, test } from 'vitest';
import { type Retried, retryAnswer } from './retries.ts';

const usual: Retried = {
  renders: 12_400,
  failed: 310,
  rerun: true,
  paths: 2,
  orderAgain: 0,
  refused: 42,
  lostShare: 0.0125,
};
const failed = '310 of 12,400 renders fail.';
const end = '42 sends are refused and wait for their turn. 1.3 % of tasks end without a clip.';
const onAnother = 'The gateway begins each of them again once, on another path.';
const clientsDoNot = 'Clients do not order failed clips again.';

test.each<[string, Partial<Retried>, string]>([
  ['on another path', {}, `${failed} ${onAnother} ${clientsDoNot} ${end}`],
  [
    'there is no other path',
    { paths: 1 },
    `${failed} The gateway does not begin them again, because there is no other path. ${clientsDoNot} ${end}`,
  ],
  [
    'the plan asks for none',
    { rerun: false },
    `${failed} The gateway does not begin them again, as this plan asks. ${clientsDoNot} ${end}`,
  ],
  [
    'the plan asks for none, on one path',
    { rerun: false, paths: 1 },
    `${failed} The gateway does not begin them again, as this plan asks. ${clientsDoNot} ${end}`,
  ],
  [
    'clients order once more',
    { orderAgain: 1, paths: 1 },
    `${failed} The gateway does not begin them again, because there is no other path. ` +
      `Clients order a failed clip again once. ${end}`,
  ],
  [
    'clients order more than once',
    { orderAgain: 3 },
    `${failed} ${onAnother} Clients order a failed clip again up to 3 times. ${end}`,
  ],
  [
    'one of each',
    { renders: 8, failed: 1, refused: 1, lostShare: 0 },
    `1 of 8 renders fails. ${onAnother} ${clientsDoNot} ` +
      '1 send is refused and waits for its turn. 0 % of tasks end without a clip.',
  ],
  [
    'nothing fails and nothing is refused',
    { failed: 0, refused: 0, lostShare: 0, orderAgain: 2 },
    'None of 12,400 renders fails. No send is refused. 0 % of tasks end without a clip.',
  ],
  [
    'nothing is rendered',
    { renders: 0, failed: 0, lostShare: 1 },
    'Nothing is rendered. 42 sends are refused and wait for their turn. 100 % of tasks end without a clip.',
  ],
  [
    'fewer than one in a run, on average',
    { renders: 8.5, failed: 0.2, refused: 0.04, lostShare: 0 },
    `0.2 of 8.5 renders fail. ${onAnother} ${clientsDoNot} ` +
      'No send is refused. 0 % of tasks end without a clip.',
  ],
])('%s', (_case, change, answer) => {
  expect(retryAnswer({ ...usual, ...change })).toBe(answer);
});
