/** The comparison to take along: Markdown for a ticket, CSV for a spreadsheet, paper for procurement. */
import { type Comparison, comparisonCsv, comparisonMarkdown } from '@sluice/sdk';
import { Download, Printer } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { saveFile } from '../../ui/save-file.ts';

const ICON = <Download className="size-4" aria-hidden="true" />;

/** Its room is kept while the comparison is still being made. */
export function Exports({ comparison }: { comparison: Comparison | undefined }) {
  const save = (ending: string, type: string, textOf: (made: Comparison) => string) => () => {
    if (comparison)
      saveFile(`comparison-${comparison.made_at.slice(0, 10)}.${ending}`, type, textOf(comparison));
  };
  const disabled = comparison === undefined;
  return (
    <div className="flex flex-wrap gap-2 print:hidden">
      <Button icon={ICON} disabled={disabled} onClick={save('md', 'text/markdown', comparisonMarkdown)}>
        Markdown
      </Button>
      <Button icon={ICON} disabled={disabled} onClick={save('csv', 'text/csv', comparisonCsv)}>
        CSV
      </Button>
      <Button
        icon={<Printer className="size-4" aria-hidden="true" />}
        disabled={disabled}
        onClick={() => window.print()}
      >
        Print
      </Button>
    </div>
  );
}
