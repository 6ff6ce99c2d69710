/** The window of a dialog, by Ariakit: focus goes in, stays in, and comes back. Fetched by `dialog.tsx`. */
import { Dialog as AriaDialog, DialogDismiss, DialogHeading } from '@ariakit/react';
import { X } from 'lucide-react';
import { cx } from './class.ts';
import type { DialogProps } from './dialog.tsx';

export function Window({ open, onClose, title, children, wide = false }: DialogProps) {
  return (
    <AriaDialog
      open={open}
      onClose={onClose ?? (() => {})}
      hideOnEscape={onClose !== undefined}
      hideOnInteractOutside={onClose !== undefined}
      unmountOnHide
      backdrop={<div className="bg-shade" />}
      className={cx(
        'fixed inset-x-3 top-[8vh] z-50 mx-auto max-h-[84vh] overflow-auto',
        'rounded-lg border bg-surface p-5 shadow-lift',
        'animate-[appear_0.14s_ease-out]',
        wide ? 'max-w-3xl' : 'max-w-md',
      )}
    >
      <div className="mb-3 flex items-center justify-between gap-4">
        <DialogHeading className="text-lg font-semibold tracking-tight">{title}</DialogHeading>
        {onClose && (
          <DialogDismiss
            aria-label="Close"
            className="rounded-md p-1.5 text-ink-2 hover:bg-sunken hover:text-ink"
          >
            <X className="size-4" aria-hidden="true" />
          </DialogDismiss>
        )}
      </div>
      {children}
    </AriaDialog>
  );
}
