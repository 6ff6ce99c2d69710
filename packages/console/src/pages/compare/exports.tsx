/** The comparison to take along: Markdown for a ticket, CSV for a spreadsheet, paper for procurement. */
import { type Comparison, comparisonCsv, comparisonMarkdown } from '@sluice/sdk';
import { Download, Printer } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { saveFile } from '../../ui/save-file.ts';

const ICON = <Download className="size-4" aria-hidden="true" />;

export function Exports({ comparison }: { comparison: Comparison }) {
  const day = comparison.made_at.slice(0, 10);
  return (
    <div className="flex flex-wrap gap-2 print:hidden">
      <Button
        icon={ICON}
        onClick={() => saveFile(`comparison-${day}.md`, 'text/markdown', comparisonMarkdown(comparison))}
      >
        Markdown
      </Button>
      <Button
        icon={ICON}
        onClick={() => saveFile(`comparison-${day}.csv`, 'text/csv', comparisonCsv(comparison))}
      >
        CSV
      </Button>
      <Button icon={<Printer className="size-4" aria-hidden="true" />} onClick={() => window.print()}>
        Print
      </Button>
    </div>
  );
}
