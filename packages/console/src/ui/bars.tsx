/** A few bars in a corner, with the numbers behind them on hover and for whoever listens. */
type BarsProps = { label: string; bars: readonly { name: string; value: number }[] };

const HIGH = 34;
const WIDE = 6;
const GAP = 2;

export function Bars({ label, bars }: BarsProps) {
  const most = Math.max(...bars.map(({ value }) => value));
  if (!(most > 0)) return null;
  const said = bars.map(({ name, value }) => `${name}: ${value}`).join('; ');
  return (
    <svg
      role="img"
      aria-label={`${label}. ${said}`}
      width={bars.length * (WIDE + GAP)}
      height={HIGH}
      className="shrink-0 max-sm:hidden"
    >
      {bars.map(({ name, value }, at) => {
        const height = value === 0 ? 1 : Math.max(2, (value / most) * HIGH);
        return (
          <rect
            key={name}
            x={at * (WIDE + GAP)}
            y={HIGH - height}
            width={WIDE}
            height={height}
            rx="1"
            fill={at === bars.length - 1 ? 'var(--accent)' : 'var(--accent-line)'}
          >
            <title>{`${name}: ${value}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}
