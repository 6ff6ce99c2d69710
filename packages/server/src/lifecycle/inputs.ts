/** Inputs as the upstream can reach them: an upload becomes a signed link of ours that lives for a while. */
import type { Order } from '@sluice/contract';
import type { Context } from './context.ts';
import type { AccessPath } from './paths.ts';

const FILE_PREFIX = 'file:';
/** Longer than any upstream waits before it fetches its inputs. */
const INPUT_LINK_LIFE_MS = 24 * 3_600_000;

export async function reachableOrder(context: Context, path: AccessPath, order: Order): Promise<Order> {
  const base = path.row.sandbox
    ? (context.settings.localUrl ?? context.settings.publicUrl)
    : context.settings.publicUrl;
  const inputs = order.inputs.map((input) => {
    if (!input.url?.startsWith(FILE_PREFIX)) return input;
    return { ...input, url: fileLink(context, base ?? '', input.url.slice(FILE_PREFIX.length)) };
  });
  return { ...order, inputs };
}

export function fileLink(context: Context, baseUrl: string, fileId: string): string {
  const path = `/v1/files/${fileId}/content`;
  return baseUrl + context.secrets.signLink(path, context.clock.now() + INPUT_LINK_LIFE_MS);
}
