/** The answer to take along: a page that stands for itself, the data, paper. */
import type { Plan } from '@sluice/sdk';
import { useMutation } from '@tanstack/react-query';
import { Download, Printer } from 'lucide-react';
import { sluice } from '../../api/client.ts';
import { messageOf } from '../../app/key-form.tsx';
import { Button } from '../../ui/button.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { toast } from '../../ui/toast.tsx';

const ICON = <Download className="size-4" aria-hidden="true" />;

export function PlanExports({ plan }: { plan: Plan }) {
  const report = useMutation({
    mutationFn: () => sluice.plans.report(plan.id),
    onSuccess: (page) => saveFile(`${plan.id}.html`, 'text/html', page),
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  return (
    <div className="flex flex-wrap gap-2 print:hidden">
      <Button icon={ICON} busy={report.isPending} onClick={() => report.mutate()}>
        Report
      </Button>
      <Button
        icon={ICON}
        onClick={() => saveFile(`${plan.id}.json`, 'application/json', JSON.stringify(plan, null, 2))}
      >
        JSON
      </Button>
      <Button icon={<Printer className="size-4" aria-hidden="true" />} onClick={() => window.print()}>
        Print
      </Button>
    </div>
  );
}
