/**
 * The laws that every adapter is examined by. An adapter that cannot keep one says so by number and
 * reason; silence means that it can.
 */
export const laws = {
  1: 'what is declared builds a request; what is not is refused beforehand, naming the field',
  2: 'building is pure: same input, same bytes',
  3: 'secrets never appear in addresses, bodies, records or texts',
  4: 'a refusal inside a 2xx is a refusal',
  5: 'a 2xx without a handle is unknown, not failed',
  6: 'a lost billable answer is unknown; a lost answer to a free question can be asked again',
  7: 'each documented refusal maps to its own class, with its wait',
  8: 'a handle survives JSON, and handles of older versions still work',
  9: 'asking again after an end gives the same end',
  10: 'a word that is not in the table is unrecognised, never silently pending',
  11: 'a failed question never ends a task',
  12: 'not found is said as such, and a grace period is declared for it',
  13: 'a success without a clip is not a success',
  14: 'links tell their end or from when they live, never a term typed in code, and lie on the vendor’s hosts',
  15: 'cost comes out as whole micro-units with a unit',
  16: 'an unsigned callback is a hint; forged and old ones are rejected; a repeat changes nothing',
  17: 'cancel answers cancelled, too late or unsupported, and never lies',
  18: 'unknown extra fields change nothing, and every document gives its outcome',
  19: 'promises are tested: lost answers cost no more upstream tasks than the printed guarantee says',
  20: 'the emulator is examined too: its answers have the shapes of the documents',
} as const;

export type Law = keyof typeof laws;

/** One question of the exam, to be run by any test runner. It fails by throwing. */
export type Trial = { law: Law; name: string; run: () => void | Promise<void> };

export function trial(law: Law, about: string, run: () => void | Promise<void>): Trial {
  return { law, name: `law ${law}, ${about}`, run };
}
