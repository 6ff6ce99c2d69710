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

/** Its room is kept while the answer is not there. */
export function PlanExports({ plan }: { plan: Plan | undefined }) {
  const report = useMutation({
    mutationFn: async ({ id }: Plan) => saveFile(`${id}.html`, 'text/html', await sluice.plans.report(id)),
    onError: (error) => toast({ text: messageOf(error), tone: 'bad' }),
  });
  const disabled = !plan?.result;
  return (
    <div className="flex flex-wrap gap-2 print:hidden">
      <Button
        icon={ICON}
        disabled={disabled}
        busy={report.isPending}
        onClick={() => plan && report.mutate(plan)}
      >
        Report
      </Button>
      <Button
        icon={ICON}
        disabled={disabled}
        onClick={() => plan && saveFile(`${plan.id}.json`, 'application/json', JSON.stringify(plan, null, 2))}
      >
        JSON
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
