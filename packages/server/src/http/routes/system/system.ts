/** The state of the installation, and the end of a restored copy's quarantine. */
import { decimalFromMicros } from '@sluice/contract';
import { confirmSystem } from '../../../lifecycle/operate/system.ts';
import { type PublishedKey, rotateSigningKey } from '../../../lifecycle/signing-keys.ts';
import type { HttpContext } from '../../context.ts';
import { type Handlers, ok } from '../../operation.ts';
import { instant } from '../../views/instant.ts';

export const systemHandlers: Pick<Handlers, 'getSystem' | 'rotateSigningKey' | 'confirmSystem'> = {
  getSystem: async ({ context }) => ok(await systemView(context)),
  rotateSigningKey: async ({ context }) =>
    ok({ object: 'list', data: (await rotateSigningKey(context)).map(signingKeyView) }),
  confirmSystem: async ({ context, caller }) => {
    await confirmSystem(context, caller.keyId);
    return ok(await systemView(context));
  },
};

function signingKeyView({ id, publicKey, signsFromMs }: PublishedKey) {
  const key = { id, object: 'signing_key', algorithm: 'ed25519', public_key: publicKey };
  return { ...key, signs_from: instant(signsFromMs) };
}

async function systemView(context: HttpContext) {
  const { blobs, books, database, store, version } = context;
  const [quarantine, nodes, tasks, unknown, ledger, freeBytes] = await Promise.all([
    store.nodes.readSetting('quarantine'),
    store.nodes.list(),
    books.taskCounts(),
    store.operator.countUnknown(),
    books.drift(),
    blobs.freeBytes().catch(() => null),
  ]);
  return {
    object: 'system',
    version,
    schema: database.schema,
    quarantined: quarantine === true,
    database: { kind: database.kind, version: database.version },
    storage: { kind: blobs.kind, description: blobs.description, free_bytes: freeBytes },
    nodes: nodes.map((node) => ({
      id: node.id,
      started_at: instant(node.started_at),
      seen_at: instant(node.seen_at),
    })),
    tasks: Object.fromEntries(tasks),
    unknown_attempts: unknown,
    ledger: {
      balanced: ledger.value.drift === 0n && ledger.value.total === 0n,
      drift: decimalFromMicros(ledger.value.drift),
      checked_at: instant(ledger.atMs),
    },
  };
}
