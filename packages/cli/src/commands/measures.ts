/**
 * `sluice measures`: what a path's own traffic shows: limits, waits, renders, callbacks, failures, the true price; and
 * over all paths, how often the ends came true that orders were told.
 */
import type { MeasuresWindow } from '@sluice/sdk';
import type { Command } from 'commander';
import { oneOf } from '../arguments.ts';
import { measuresText } from '../evidence/measures-words.ts';
import { promisesText } from '../evidence/promises-words.ts';
import type { Register } from '../invocation.ts';

export const register: Register = (command, context) => {
  command
    .argument('[path]', 'without one: how often the ends came true that orders were told, over all paths')
    .option('--window <span>', '1h, 24h, 7d, 30d or 90d', oneOf('1h', '24h', '7d', '30d', '90d'), '7d')
    .action(async (name: string | undefined, { window }: { window: MeasuresWindow }, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const sluice = await connect('operator');
      if (name === undefined) {
        const promises = await sluice.promises.get({ window });
        return output.result(promises, (paint) => promisesText(promises, paint));
      }
      const measures = await sluice.paths.measures(name, { window });
      output.result(measures, (paint) => measuresText(measures, paint));
    });
};
