/** What a path's state, health and wallet look like. */
import type { Path, Wallet } from '@sluice/sdk';
import { LOCALE } from '../../ui/locale.ts';
import { Ago } from '../../ui/time.tsx';
import { Tone } from '../../ui/tone.tsx';

const HEALTH: Record<Path['health'], { tone: 'ok' | 'warn' | 'bad'; word: string }> = {
  ok: { tone: 'ok', word: 'working' },
  throttled: { tone: 'warn', word: 'throttled' },
  wallet_empty: { tone: 'bad', word: 'wallet empty' },
  credentials_refused: { tone: 'bad', word: 'credential refused' },
  unavailable: { tone: 'bad', word: 'does not answer' },
};

export function PathState({ path }: { path: Path }) {
  if (path.state !== 'active') return <Tone tone="off">{path.state}</Tone>;
  const { tone, word } = HEALTH[path.health];
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      <Tone tone={tone} {...(path.health_detail ? { title: path.health_detail } : {})}>
        {word}
      </Tone>
      {path.health_until && (
        <span className="text-ink-3">
          tried again <Ago at={path.health_until} />
        </span>
      )}
    </span>
  );
}

const amount = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });

/** In the unit that the vendor counts in, which need not be money. */
export function walletAmount(decimal: string): string {
  return amount.format(decimal as `${number}`);
}

export function WalletText({ wallet }: { wallet: Wallet | null }) {
  if (wallet === null) return <span className="text-ink-3">not readable</span>;
  const left =
    wallet.remaining === null ? 'no balance told' : `${walletAmount(wallet.remaining)} ${wallet.unit}`;
  return (
    <>
      {left}
      {wallet.runs_out_at && (
        <span className="block text-warn">
          runs out <Ago at={wallet.runs_out_at} />
        </span>
      )}
      <span className="block text-xs text-ink-3">
        read <Ago at={wallet.read_at} />
      </span>
    </>
  );
}
