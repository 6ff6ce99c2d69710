/** A broken promise. Names the invariant, so that a failing seed says at once what it found. */

export type Invariant =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I11'
  | 'I13'
  | 'I14'
  | 'I15'
  | 'I16'
  /** An account's, key's or queue's own limit. */
  | 'caps'
  /** What the database says about an upstream task differs from what the upstream knows. */
  | 'truth'
  /** Time limits that a client set: start_by, finish_by. */
  | 'limits of time'
  /** A defect that threw where nothing may. */
  | 'crash';

export class Violation extends Error {
  readonly invariant: Invariant;
  constructor(invariant: Invariant, message: string) {
    super(message);
    this.name = 'Violation';
    this.invariant = invariant;
  }
}

export function demand(holds: boolean, invariant: Invariant, message: () => string): asserts holds {
  if (!holds) throw new Violation(invariant, message());
}
