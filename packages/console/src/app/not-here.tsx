/** Addresses that lead nowhere, and pages that broke. */
import { Button, ButtonLink } from '../ui/button.tsx';
import { Empty, Failure } from '../ui/panel.tsx';

export function NotHere() {
  return (
    <Empty title="There is no such page" action={<ButtonLink to="/">Go to Home</ButtonLink>}>
      The address may be old or mistyped.
    </Empty>
  );
}

/** A page that could not be loaded is most often one of an older build: loading everything anew helps. */
export function Stumbled({ error }: { error: unknown }) {
  return (
    <div className="mx-auto max-w-lg pt-10">
      <Failure error={error} what="This page broke." />
      <div className="mt-3">
        <Button onClick={() => window.location.reload()}>Load the console again</Button>
      </div>
    </div>
  );
}
