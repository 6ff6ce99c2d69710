/** The event loop, as far as anybody may lean on it. */

/**
 * Resolves after one whole turn of the event loop: what the network had for this process by now has been heard, and
 * the connections that it closed have told so. No time need pass.
 */
export async function wholeTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
