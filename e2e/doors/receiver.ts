/** Where webhooks arrive: everything is taken with 200 and kept, headers and bytes as they came. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Arrival = { path: string; headers: Record<string, string>; body: string };

export type Arrivals = {
  url: string;
  /** The first one at this path that fits; waits for it. */
  at(path: string, fits?: (arrival: Arrival) => boolean): Promise<Arrival>;
  close(): Promise<void>;
};

type Waiting = { path: string; fits: (arrival: Arrival) => boolean; resolve: (arrival: Arrival) => void };

export async function openArrivals(): Promise<Arrivals> {
  const arrived: Arrival[] = [];
  const waiting = new Set<Waiting>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    response.end();
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const arrival = { path: request.url ?? '', headers, body: Buffer.concat(chunks).toString('utf8') };
    arrived.push(arrival);
    for (const each of waiting) {
      if (each.path !== arrival.path || !each.fits(arrival)) continue;
      waiting.delete(each);
      each.resolve(arrival);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    at: (path, fits = () => true) => {
      const found = arrived.find((arrival) => arrival.path === path && fits(arrival));
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => waiting.add({ path, fits, resolve }));
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
