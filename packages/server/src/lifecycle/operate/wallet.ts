/** The free call that shows whether a credential works and what is left, and what is kept of its answer. */
import { z } from 'zod';
import type { Reading } from '../../decide/wallet.ts';
import type { BalanceOutcome, PathContext, Provider, UpstreamWallet } from '../../providers/contract.ts';
import type { Context } from '../context.ts';

export type Checked = {
  ok: boolean;
  detail: string;
  wallet: UpstreamWallet | null;
  /** What was wrong, when something was. */
  refusedBy: 'credential' | 'upstream' | null;
};

export async function checkCredential(
  context: Context,
  provider: Provider,
  path: PathContext,
): Promise<Checked> {
  const { outcome } = await context.drive.run<BalanceOutcome>(provider.balance(path), path);
  switch (outcome.kind) {
    case 'wallet':
      return { ok: true, detail: walletText(outcome.wallet), wallet: outcome.wallet, refusedBy: null };
    case 'unsupported':
      return outcome.credentialOk
        ? {
            ok: true,
            detail: 'The credential works; this provider tells no balance.',
            wallet: null,
            refusedBy: null,
          }
        : { ok: false, detail: 'The credential was refused.', wallet: null, refusedBy: 'credential' };
    case 'question_failed': {
      const refusedBy = outcome.class === 'credentials' ? 'credential' : 'upstream';
      const who =
        refusedBy === 'credential' ? 'The upstream refused the credential' : 'The upstream did not answer';
      return { ok: false, detail: `${who}: ${outcome.message}`, wallet: null, refusedBy };
    }
  }
}

function walletText(wallet: UpstreamWallet): string {
  const packs = wallet.packs.length === 1 ? '1 pack' : `${wallet.packs.length} packs`;
  if (wallet.remainingMicros === null) return `The credential works; ${packs}, no balance told.`;
  const remaining = Number(wallet.remainingMicros) / 1_000_000;
  return `The credential works; ${remaining} ${wallet.unit} left in ${packs}.`;
}

/** Parallel tasks that the packs promise; declared by the vendor, not measured by us. */
export function concurrencyOf(wallet: UpstreamWallet): number | null {
  const declared = wallet.packs.flatMap((pack) => pack.concurrency ?? []);
  return declared.length === 0 ? null : Math.max(...declared);
}

const Micros = z.string().regex(/^-?\d{1,30}$/);

/** A wallet as the row of its path keeps it. */
export const StoredWallet = z.object({
  unit: z.string(),
  paysOtherwise: z.literal(true).optional(),
  remainingMicros: Micros.nullable(),
  packs: z.array(
    z.object({
      name: z.string(),
      remainingMicros: Micros,
      totalMicros: Micros,
      expiresAtMs: z.number().nullable(),
      concurrency: z.number().nullable(),
    }),
  ),
  readings: z.array(z.object({ atMs: z.number(), remainingMicros: Micros })).default([]),
});
export type StoredWallet = z.infer<typeof StoredWallet>;

/** What was read before, oldest first. */
export function readingsOf(stored: unknown): Reading[] {
  const wallet = StoredWallet.safeParse(stored);
  if (!wallet.success) return [];
  return wallet.data.readings.map(({ atMs, remainingMicros }) => ({
    atMs,
    remainingMicros: BigInt(remainingMicros),
  }));
}

export function storedWallet(wallet: UpstreamWallet, readings: readonly Reading[]): StoredWallet {
  return {
    readings: readings.map(({ atMs, remainingMicros }) => ({
      atMs,
      remainingMicros: remainingMicros.toString(),
    })),
    unit: wallet.unit,
    ...(wallet.paysOtherwise ? { paysOtherwise: true } : {}),
    remainingMicros: wallet.remainingMicros?.toString() ?? null,
    packs: wallet.packs.map((pack) => ({
      ...pack,
      remainingMicros: pack.remainingMicros.toString(),
      totalMicros: pack.totalMicros.toString(),
    })),
  };
}

export async function keepWallet(context: Context, pathName: string, wallet: UpstreamWallet): Promise<void> {
  await context.paths.refresh(context.clock.now(), true);
  const readings = readingsOf(context.paths.byName(pathName)?.row.wallet);
  await context.store.paths.saveWallet(pathName, storedWallet(wallet, readings), context.clock.now());
}
