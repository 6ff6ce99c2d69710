/** `sluice webhooks`: list, create, update, delete, rotate, callback-secret, test, deliveries, replay, listen. */
import type { CreateEndpoint, Delivery, Endpoint, EndpointWithSecret, UpdateEndpoint } from '@sluice/sdk';
import type { Command } from 'commander';
import { addOnceFlag, collect, integer, list, type OnceFlags, oneOf } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import type { Context, Register } from '../invocation.ts';
import { LISTEN_HOST, LISTEN_PORT } from '../listen/address.ts';
import type { ListenFlags } from '../listen/listen.ts';
import type { Paint } from '../output/output.ts';
import { box, table } from '../output/table.ts';
import { brief, clean, relative } from '../output/text.ts';

type EndpointFlags = {
  url?: string;
  types?: string[];
  description?: string;
  enable?: boolean;
  disable?: boolean;
};
type DeliveriesFlags = { state?: Delivery['state']; limit?: number };

export const register: Register = (command, context) => {
  command
    .command('list')
    .description('List endpoints.')
    .action(async (_flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const page = await (await connect()).webhooks.list();
      output.result(page, (paint) => endpointsTable(page.data, paint));
    });
  registerEndpointCommands(command, context);
  registerCallbackSecret(command, context);
  registerDeliveryCommands(command, context);
  registerListen(command, context);
};

function registerEndpointCommands(command: Command, context: Context): void {
  addOnceFlag(command.command('create'))
    .description('Add an endpoint. Its secret is shown once.')
    .argument('<url>')
    .option('--types <a,b,…>', 'event types (default: the three that end a task)', list)
    .option('--description <text>')
    .action(async (url: string, flags: EndpointFlags & OnceFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const endpoint = await (await connect()).webhooks.create(
        { url, ...settingsFrom(flags) },
        { idempotencyKey: flags.idempotencyKey },
      );
      output.result(endpoint, (paint) => secretText(endpoint, paint));
    });
  command
    .command('update')
    .description('Change, enable or disable an endpoint.')
    .argument('<endpoint>')
    .option('--url <url>')
    .option('--types <a,b,…>', 'event types', list)
    .option('--description <text>')
    .option('--enable')
    .option('--disable')
    .action(async (id: string, flags: EndpointFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const endpoint = await (await connect()).webhooks.update(id, changeFrom(flags));
      output.result(endpoint, (paint) => endpointsTable([endpoint], paint));
    });
  command
    .command('delete')
    .description('Remove an endpoint.')
    .argument('<endpoint>')
    .action(async (id: string, _flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const deleted = await (await connect()).webhooks.delete(id);
      output.result(deleted, ({ color }) => `${color.green('✓')} ${clean(deleted.id)} is gone.`);
    });
  addOnceFlag(command.command('rotate'))
    .description('A new secret; the old one keeps signing beside it for 24 hours.')
    .argument('<endpoint>')
    .action(async (id: string, { idempotencyKey }: OnceFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const endpoint = await (await connect()).webhooks.rotate(id, { idempotencyKey });
      output.result(endpoint, (paint) => secretText(endpoint, paint));
    });
}

function registerCallbackSecret(command: Command, context: Context): void {
  command
    .command('callback-secret')
    .description('The secret that signs what is sent to the --callback-url of an order.')
    .action(async (_flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const secret = await (await connect()).webhooks.callbackSecret();
      output.result(secret, () => secret.secret);
    });
}

function registerDeliveryCommands(command: Command, context: Context): void {
  const states = ['waiting', 'delivered', 'exhausted'] as const;
  command
    .command('test')
    .description('Send a signed test event now.')
    .argument('<endpoint>')
    .action(async (id: string, _flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const delivery = await (await connect()).webhooks.test(id);
      output.result(delivery, (paint) => deliveriesTable([delivery], paint));
      output.note(`Its outcome: sluice webhooks deliveries ${id}`);
    });
  command
    .command('deliveries')
    .description('Delivery log of an endpoint, newest first.')
    .argument('<endpoint>')
    .option('--state <state>', states.join(', '), oneOf(...states))
    .option('-n, --limit <n>', 'at most so many (default: 50)', integer)
    .action(async (id: string, flags: DeliveriesFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const page = await (await connect()).webhooks.deliveries(id, flags);
      output.result(page, (paint) => deliveriesTable(page.data, paint));
    });
  command
    .command('replay')
    .description('Deliver an event again, under the same event id.')
    .argument('<delivery>')
    .action(async (id: string, _flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const delivery = await (await connect()).webhooks.replay(id);
      output.result(delivery, (paint) => deliveriesTable([delivery], paint));
    });
}

function registerListen(command: Command, context: Context): void {
  command
    .command('listen')
    .description('Receive webhooks here: verify each one and print it.')
    .option('--port <n>', '0 takes a free one', integer, LISTEN_PORT)
    .option('--host <address>', 'where to listen', LISTEN_HOST)
    .option(
      '--secret <whsec>',
      'of an endpoint that exists; may be repeated (or SLUICE_WEBHOOK_SECRET)',
      collect,
    )
    .option('--public-url <url>', 'how the gateway reaches this machine, e.g. through a tunnel')
    .option('--types <a,b,…>', 'event types to ask for', list)
    .option('--count <n>', 'end after so many', integer)
    .addHelpText(
      'after',
      '\nWithout a secret, an endpoint is created for this address and removed at the end. The gateway must be\n' +
        'allowed to reach it: one with --sandbox is, at the usual port; any other on this machine is started with\n' +
        `SLUICE_ALLOW_GIVEN=${LISTEN_HOST}:${LISTEN_PORT}.\n`,
    )
    .action(async (flags: ListenFlags, invoked: Command) => {
      const { listen } = await import('../listen/listen.ts');
      await listen(context.begin(invoked), flags);
    });
}

/** The gateway knows the event types and names the one that it does not know. */
function settingsFrom({ types, description }: EndpointFlags): Omit<CreateEndpoint, 'url'> {
  return {
    ...(types ? { types: types as NonNullable<CreateEndpoint['types']> } : {}),
    ...(description === undefined ? {} : { description }),
  };
}

function changeFrom(flags: EndpointFlags): UpdateEndpoint {
  const { url, enable, disable } = flags;
  if (enable && disable) throw new UsageError('Enable or disable, not both.');
  const change: UpdateEndpoint = {
    ...settingsFrom(flags),
    ...(url ? { url } : {}),
    ...(enable ? { status: 'enabled' as const } : {}),
    ...(disable ? { status: 'disabled' as const } : {}),
  };
  if (Object.keys(change).length === 0)
    throw new UsageError('Nothing to change.', 'Add an option; see --help.');
  return change;
}

function secretText(endpoint: EndpointWithSecret, paint: Paint): string {
  const { bold, dim, green } = paint.color;
  const lines = [bold(endpoint.secret), '', dim('Shown once. Verify with verifyWebhook of @sluice/sdk.')];
  return `${green('✓')} ${clean(endpoint.id)}  ${clean(endpoint.url)}\n${box(lines, paint)}`;
}

function endpointsTable(endpoints: Endpoint[], paint: Paint): string {
  if (endpoints.length === 0) return 'No endpoints.';
  const { green, red } = paint.color;
  return table(
    [
      { title: 'endpoint', cell: (endpoint) => clean(endpoint.id) },
      { title: 'address', cell: (endpoint) => clean(endpoint.url), flexible: true },
      { title: 'types', cell: (endpoint) => endpoint.types.join(', ') },
      {
        title: 'status',
        cell: ({ status, disabled_reason }) =>
          status === 'enabled' ? green(status) : red(`${status}: ${brief(disabled_reason ?? 'by hand')}`),
      },
    ],
    endpoints,
    paint,
  );
}

function deliveriesTable(deliveries: Delivery[], paint: Paint): string {
  if (deliveries.length === 0) return 'No deliveries.';
  const { color, nowMs } = paint;
  const colors = { delivered: color.green, exhausted: color.red, waiting: color.yellow };
  return table(
    [
      { title: 'delivery', cell: (delivery) => clean(delivery.id) },
      { title: 'event', cell: (delivery) => clean(delivery.event_type) },
      { title: 'task', cell: (delivery) => clean(delivery.task_id ?? '') },
      { title: 'state', cell: ({ state }) => (colors[state] ?? color.dim)(state) },
      { title: 'tries', cell: (delivery) => String(delivery.attempts.length), align: 'right' },
      { title: 'created', cell: (delivery) => relative(delivery.created_at, nowMs) },
      { title: 'next', cell: (delivery) => relative(delivery.next_attempt_at, nowMs) },
      { title: 'last answer', cell: lastAnswer, flexible: true },
    ],
    deliveries,
    paint,
  );
}

function lastAnswer({ attempts }: Delivery): string {
  const last = attempts.at(-1);
  if (!last) return '';
  const status = last.status === null ? '' : `${last.status} `;
  return brief(`${status}${last.outcome} ${last.response ?? ''}`, 120);
}
