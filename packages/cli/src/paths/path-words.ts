/** An access path in words: state, health, slots, wallet, guarantee. */
import type { LimitChange, Path, PathCheck, PathLimit, Wallet } from '@sluice/sdk';
import type { Paint } from '../output/output.ts';
import { fields, table } from '../output/table.ts';
import { clean, moment, NOTHING, relative, span } from '../output/text.ts';

export function pathsTable(paths: Path[], paint: Paint): string {
  if (paths.length === 0) return 'No paths. Add one: sluice paths add kling';
  return table(
    [
      { title: 'path', cell: (path) => paint.color.bold(clean(path.name)) },
      { title: 'provider', cell: (path) => clean(path.provider) + (path.sandbox ? ' (sandbox)' : '') },
      { title: 'state', cell: (path) => stateText(path, paint) },
      { title: 'health', cell: (path) => tableHealth(path, paint) },
      { title: 'slots', cell: slotsText, align: 'right' },
      { title: 'wallet', cell: (path) => walletText(path.wallet), align: 'right' },
      { title: 'if an answer is lost', cell: (path) => path.guarantee.level },
      { title: 'models', cell: (path) => path.models.map(clean).join(', '), flexible: true },
    ],
    paths,
    paint,
  );
}

export function pathText(path: Path, paint: Paint): string {
  const body = fields(
    [
      ['state', stateText(path, paint)],
      ['health', healthText(path, paint) + (path.health_detail ? `: ${clean(path.health_detail)}` : '')],
      ['refused', refusedModels(path, paint)],
      ['until', path.health_until && relative(path.health_until, paint.nowMs)],
      ['address', clean(path.base_url)],
      ['models', path.models.map(clean).join(', ') || NOTHING],
      ['prices', clean(path.price_sheet ?? NOTHING)],
      ['wallet', path.wallet && walletDetail(path.wallet)],
      ['lost answer', `${path.guarantee.level}: ${clean(path.guarantee.text)}`],
      ['credential', credentialText(path.credential, paint)],
      ['sandbox', path.sandbox && paint.color.yellow('an emulator, not a paid upstream')],
      ['added', `${moment(path.created_at)} UTC`],
    ],
    paint,
  );
  const head = `${paint.color.bold(clean(path.name))}  ${clean(path.provider)}\n${body.replace(/^/gm, '  ')}`;
  return path.limits.length === 0 ? head : `${head}\n\n${limitsTable(path.limits, paint)}`;
}

function tableHealth(path: Path, paint: Paint): string {
  const refused = path.limits.filter(({ resting }) => resting !== null).map(({ family }) => clean(family));
  const without = refused.length === 0 ? '' : paint.color.yellow(`, refuses ${refused.join(', ')}`);
  return healthText(path, paint) + without;
}

/** Model families that the vendor refuses there, why, and when they are tried again. */
function refusedModels({ limits }: Path, { color, nowMs }: Paint): string | null {
  const lines = limits
    .flatMap(({ family, resting }) => (resting === null ? [] : [{ family, ...resting }]))
    .map(({ family, detail, until }) => {
      const why = detail === null ? '' : `: ${clean(detail)}`;
      const again = until === null ? '' : `; tried again ${relative(until, nowMs)}`;
      return `${color.yellow(clean(family))}${why}${again}`;
    });
  return lines.length === 0 ? null : lines.join('\n');
}

/** Which credential tasks are sent with, and those before it that are still read. */
function credentialText({ version, since, earlier }: Path['credential'], paint: Paint): string {
  const before = earlier.map((one) => {
    const refused =
      one.refused_at && `, refused ${relative(one.refused_at, paint.nowMs)}: the present one asks`;
    return `${one.version} is kept for attempts under way (${one.attempts})${paint.color.red(refused ?? '')}`;
  });
  return [`${version}, since ${moment(since)} UTC`, ...before].join('\n');
}

export function limitsTable(limits: PathLimit[], paint: Paint): string {
  const { nowMs, color } = paint;
  return table(
    [
      { title: 'family', cell: (limit) => clean(limit.family) },
      { title: 'occupied', cell: (limit) => `${limit.occupied} of ${limit.effective}`, align: 'right' },
      { title: 'configured', cell: (limit) => String(limit.configured ?? NOTHING), align: 'right' },
      { title: 'learned', cell: (limit) => String(limit.learned ?? NOTHING), align: 'right' },
      {
        title: 'lost',
        cell: (limit) => (limit.unknown > 0 ? color.magenta(String(limit.unknown)) : '0'),
        align: 'right',
      },
      { title: 'oldest', cell: (limit) => span(limit.oldest_seconds), align: 'right' },
      { title: 'refused', cell: (limit) => String(limit.refusals), align: 'right' },
      { title: 'last refusal', cell: (limit) => relative(limit.last_refusal_at, nowMs) },
    ],
    limits,
    paint,
  );
}

const REASONS: Readonly<Record<LimitChange['reason'], string>> = {
  begun: 'the history begins here',
  set: 'set by an operator',
  accepted: 'more fit than was known',
  refused: 'the vendor had no slot',
  quiet: 'quiet for a while: one more is tried',
};

/** Oldest first, as it came about. */
export function limitChangesText(name: string, changes: readonly LimitChange[], paint: Paint): string {
  if (changes.length === 0)
    return `The limits of ${clean(name)} did not change, and none is known from before.`;
  return table(
    [
      { title: 'when', cell: ({ at }) => `${moment(at)} UTC` },
      { title: 'family', cell: ({ family }) => clean(family) },
      { title: 'learned', cell: (change) => movedText(change, 'learned'), align: 'right' },
      { title: 'configured', cell: (change) => movedText(change, 'configured'), align: 'right' },
      { title: 'holds', cell: ({ effective }) => String(effective ?? NOTHING), align: 'right' },
      { title: 'busy', cell: ({ occupied }) => String(occupied ?? NOTHING), align: 'right' },
      { title: 'because', cell: ({ reason }) => REASONS[reason], flexible: true },
    ],
    [...changes].reverse(),
    paint,
  );
}

function movedText(change: LimitChange, of: 'learned' | 'configured'): string {
  const now = String(change[of] ?? NOTHING);
  return change.before === null || change.before[of] === change[of]
    ? now
    : `${change.before[of] ?? NOTHING} → ${now}`;
}

export function checkText(name: string, check: PathCheck, paint: Paint): string {
  const mark = check.ok ? paint.color.green('✓') : paint.color.red('✗');
  const found = check.wallet ? `\n${walletDetail(check.wallet).replace(/^/gm, '  ')}` : '';
  return `${mark} ${clean(name)}: ${clean(check.detail)}${found}`;
}

/** The packs, and with how many tasks at once each of them comes. */
export function walletDetail(wallet: Wallet): string {
  const unit = clean(wallet.unit);
  const head = wallet.remaining === null ? 'amount not stated' : `${wallet.remaining} ${unit} left`;
  const packs = wallet.packs.map((pack) => {
    const ends = pack.expires_at ? `, ends ${pack.expires_at.slice(0, 10)}` : '';
    const slots = pack.concurrency === null ? '' : `, ${pack.concurrency} at once`;
    return `${clean(pack.name)}: ${pack.remaining} of ${pack.total} ${unit}${slots}${ends}`;
  });
  const pace = wallet.pace_per_day === null ? [] : [paceText(wallet, unit)];
  return [head, ...pace, ...packs].join('\n');
}

function paceText(wallet: Wallet, unit: string): string {
  const end =
    wallet.runs_out_at === null ? '' : `, nothing left ${wallet.runs_out_at.slice(0, 16).replace('T', ' ')}`;
  return `${wallet.pace_per_day} ${unit} go out in a day${end}`;
}

function walletText(wallet: Wallet | null): string {
  return wallet?.remaining ? `${wallet.remaining} ${clean(wallet.unit)}` : NOTHING;
}

function slotsText({ limits }: Path): string {
  const sum = (pick: (limit: PathLimit) => number) => limits.reduce((total, limit) => total + pick(limit), 0);
  return limits.length === 0 ? NOTHING : `${sum((one) => one.occupied)} of ${sum((one) => one.effective)}`;
}

function stateText({ state }: Path, { color }: Paint): string {
  return state === 'active' ? color.green(state) : color.yellow(state);
}

function healthText({ health }: Path, { color }: Paint): string {
  return health === 'ok' ? color.green('ok') : color.red(clean(health).replaceAll('_', ' '));
}
