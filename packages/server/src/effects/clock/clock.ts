/**
 * Time, handed in. Nothing outside `effects/` asks the platform what time it is, so the simulator and
 * the tests own time completely.
 */
export type Clock = {
  /** Wall clock, unix milliseconds. For instants that are stored or compared with stored ones. */
  now(): number;
  /** Monotonic milliseconds. For durations inside one process; never stored. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Resolves after one whole turn of the event loop: what the network had for this process by now has been heard, and
   * the connections that it closed have told so. No time need pass.
   */
  turn(): Promise<void>;
};
