/** What a picture shows can be read as a table as well. */
export function AsTable({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => onChange(!on)}
      className="rounded-sm text-ink-3 underline decoration-line-strong underline-offset-3 hover:text-ink"
    >
      {on ? 'As a picture' : 'As a table'}
    </button>
  );
}
