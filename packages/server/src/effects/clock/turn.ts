/** A whole turn of the event loop; it takes no time, so virtual clocks have the same. */
export async function wholeTurn(): Promise<void> {
  // The first comes after what was due now, the second after connections have closed and the network was asked again.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
