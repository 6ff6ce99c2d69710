/** The mark: three gates, the first one open. */
export function Mark({ className = 'size-7' }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--accent)" />
      <g fill="var(--accent-ink)">
        <rect x="7" y="7" width="4" height="18" rx="1" />
        <rect x="14" y="13" width="4" height="12" rx="1" opacity=".8" />
        <rect x="21" y="18" width="4" height="7" rx="1" opacity=".55" />
      </g>
    </svg>
  );
}
