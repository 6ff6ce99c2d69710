/** `sluice doctor`: checks this machine, the connection and the gateway, and says what to do. */
import type { Command } from 'commander';
import { dataDirOf } from '../connection/connection.ts';
import { type Check, checkConnection, checkDataDir, checkGateway, checkNode } from '../doctor/checks.ts';
import type { Register } from '../invocation.ts';
import type { Paint } from '../output/output.ts';

export const register: Register = (command, context) => {
  command
    .addHelpText('after', '\nExit code 1 when anything is bad; what is only doubtful does not count.\n')
    .action(async (_flags: object, invoked: Command) => {
      const invocation = context.begin(invoked);
      const connection = await invocation.connection('operator');
      const checks: Check[] = [
        checkNode(process.version),
        await checkDataDir(dataDirOf(context.surroundings)),
        checkConnection(connection),
        ...(await checkGateway(await invocation.connect('operator'))),
      ];
      invocation.output.result({ object: 'list', data: checks }, (paint) => checksText(checks, paint));
      if (checks.some((check) => check.state === 'bad')) invocation.endBadly();
    });
};

function checksText(checks: Check[], { color }: Paint): string {
  const marks = {
    good: color.green('✓'),
    doubtful: color.yellow('!'),
    bad: color.red('✗'),
    skipped: color.dim('–'),
  };
  const width = Math.max(...checks.map((check) => check.name.length));
  return checks
    .map(({ name, state, detail, fix }) => {
      const line = `${marks[state]} ${name.padEnd(width)}  ${detail}`;
      return fix ? `${line}\n${' '.repeat(width + 4)}${color.cyan('→')} ${fix}` : line;
    })
    .join('\n');
}
