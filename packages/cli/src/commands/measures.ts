/** `sluice measures`: what a path's own traffic shows: limits, waits, renders, callbacks, failures, the true price. */
import type { MeasuresWindow } from '@sluice/sdk';
import type { Command } from 'commander';
import { oneOf } from '../arguments.ts';
import { measuresText } from '../evidence/measures-words.ts';
import type { Register } from '../invocation.ts';

export const register: Register = (command, context) => {
  command
    .argument('<path>')
    .option('--window <span>', '1h, 24h, 7d, 30d or 90d', oneOf('1h', '24h', '7d', '30d', '90d'), '7d')
    .action(async (name: string, { window }: { window: MeasuresWindow }, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const measures = await (await connect('operator')).paths.measures(name, { window });
      output.result(measures, (paint) => measuresText(measures, paint));
    });
};
