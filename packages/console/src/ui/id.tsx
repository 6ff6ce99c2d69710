/** Ids: shortened in the middle, whole on hover, copied by a click. */
import { cx } from './class.ts';
import { copyText } from './copy.ts';

export function shortId(id: string): string {
  const cut = id.indexOf('_');
  return id.length <= 16 ? id : `${id.slice(0, cut + 1)}…${id.slice(-6)}`;
}

export function Id({ id, className }: { id: string; className?: string }) {
  return (
    <button
      type="button"
      title={`${id}: click copies`}
      onClick={() => copyText(id)}
      className={cx('rounded-sm font-mono text-[0.93em] hover:bg-sunken hover:text-ink', className)}
    >
      <span aria-hidden="true">{shortId(id)}</span>
      <span className="sr-only">Copy {id}</span>
    </button>
  );
}
