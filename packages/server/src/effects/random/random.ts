/** Randomness, handed in: real in production, seeded in the simulator. */
export type Random = {
  /** `length` random bytes; cryptographically strong in production. */
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
};
