/** A key that was just made, shown this once. */
import type { KeyWithSecret } from '@sluice/sdk';
import { Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy.ts';

type Props = {
  made: KeyWithSecret;
  onDone: () => void;
  /** What else there is to know or to do. */
  children?: ReactNode;
};

export function ShownOnce({ made, onDone, children }: Props) {
  return (
    <div className="grid gap-4">
      <p>Copy it now: it is shown this once and kept only as a hash.</p>
      <code className="block rounded-md border bg-sunken p-3 font-mono break-all select-all">{made.key}</code>
      {children}
      <div className="flex justify-end gap-2">
        <Button
          icon={<Copy className="size-4" aria-hidden="true" />}
          kind="primary"
          onClick={() => copyText(made.key, 'The key is copied')}
        >
          Copy
        </Button>
        <Button onClick={onDone}>I have it</Button>
      </div>
    </div>
  );
}
