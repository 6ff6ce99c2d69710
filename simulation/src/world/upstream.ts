/** All vendors of a world behind one door: who answers at an address, and which of our attempts a request is of. */
import { type EmulatorReply, type EmulatorRequest, isDrop } from '@sluice/emulators';
import type { FarAnswer, FarEnd, FarRequest } from '@sluice/server/effects/outbound/virtual.ts';
import { evolinkVendor } from './vendors/evolink.ts';
import { falVendor } from './vendors/fal.ts';
import { kieVendor } from './vendors/kie.ts';
import { externalIdOf, klingVendor } from './vendors/kling.ts';
import { openRouterVendor } from './vendors/openrouter.ts';
import { replicateVendor } from './vendors/replicate.ts';
import {
  type PathName,
  type ResellerOptions,
  tokenIn,
  type Vendor,
  type VendorOptions,
} from './vendors/vendor.ts';

export const gatewayOrigin = 'https://gateway.example';

export type Upstream = {
  vendors: readonly Vendor[];
  /** Who is behind a path. */
  vendorOf(pathName: string): Vendor;
  /** Who answers at an origin. */
  at(origin: string): Vendor | undefined;
  farEnd(vendor: Vendor): FarEnd;
  forget(): void;
  heal(): void;
};

export type UpstreamOptions = VendorOptions & {
  /** A create has reached a vendor; `mark` is what it carries of ours, `arrivals` counts those with this mark. */
  onArrival(mark: string, arrivals: number): void;
};

const resellers: Partial<Record<PathName, (options: ResellerOptions) => Vendor>> = {
  evolink: evolinkVendor,
  fal: falVendor,
  replicate: replicateVendor,
  kie: kieVendor,
  openrouter: openRouterVendor,
};

export function createUpstream(options: UpstreamOptions): Upstream {
  const vendors = openVendors(options);
  const arrivals = new Map<string, number>();

  function arrived(request: EmulatorRequest): void {
    const mark = request.method === 'POST' ? markOf(request.url, request.body) : null;
    if (mark === null) return;
    const count = (arrivals.get(mark) ?? 0) + 1;
    arrivals.set(mark, count);
    options.onArrival(mark, count);
  }

  return {
    vendors,
    vendorOf: (pathName) => {
      const vendor = vendors.find(({ paths }) => paths.some(({ name }) => name === pathName));
      if (!vendor) throw new Error(`nobody is behind ${pathName}`);
      return vendor;
    },
    at: (origin) => vendors.find(({ origins }) => origins.includes(origin)),
    farEnd: (vendor) => ({
      handle: async (request) => {
        const asked = emulatorRequest(request);
        arrived(asked);
        return farAnswer(await vendor.handle(asked));
      },
    }),
    forget: () => {
      for (const vendor of vendors) vendor.forget();
    },
    heal: () => {
      for (const vendor of vendors) vendor.heal();
    },
  };
}

function openVendors(options: UpstreamOptions): Vendor[] {
  const { dice, climate } = options;
  const { paths } = climate;
  if (paths === null) return [klingVendor(options)];
  const opened = paths.flatMap(({ name, reseller }) => {
    const open = resellers[name];
    return open && reseller ? [open({ ...options, dice: dice.fork(name), reseller })] : [];
  });
  return paths.some(({ reseller }) => reseller === null) ? [klingVendor(options), ...opened] : opened;
}

/**
 * What a create carries of ours: the id of the attempt where the vendor keeps one, else the token in the address of
 * its callback. Null: it is no create.
 */
export function markOf(url: string, body: Uint8Array | string): string | null {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  return externalIdOf(text) ?? tokenIn(`${decodeURIComponent(url)}\n${text}`);
}

function emulatorRequest({ method, url, headers, body }: FarRequest): EmulatorRequest {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { method, url, headers: Object.fromEntries(lower), body };
}

function farAnswer(reply: EmulatorReply): FarAnswer {
  if (isDrop(reply))
    return { drop: true, ...(reply.delayMs === undefined ? {} : { delayMs: reply.delayMs }) };
  return reply;
}
