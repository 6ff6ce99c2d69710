/** `sluice alerts`: what needs a person, where it is told, and when it is one. */
import type {
  Alert,
  AlertSettings,
  AlertThresholdName,
  CreateEndpoint,
  Delivery,
  Endpoint,
  EndpointWithSecret,
  Sluice,
  UpdateAlertSettings,
} from '@sluice/sdk';
import type { Command } from 'commander';
import { addOnceFlag, collect, integer, type OnceFlags, oneOf, type Pairs, pair } from '../arguments.ts';
import { UsageError } from '../endings.ts';
import type { Context, Register } from '../invocation.ts';
import type { Paint } from '../output/output.ts';
import { box, table } from '../output/table.ts';
import { brief, clean, relative } from '../output/text.ts';

type ListFlags = { over?: boolean; limit?: number; cursor?: string };
type AddFlags = OnceFlags & {
  format?: 'sluice' | 'slack';
  severity?: NonNullable<CreateEndpoint['least_severity']>;
  description?: string;
};
type SetFlags = { reset?: string[] };

const TYPES = ['alert.raised', 'alert.cleared'] as const;
/** The first try is at once; a receiver has a quarter of a minute to answer. */
const OUTCOME_WITHIN_MS = 30_000;

export const register: Register = (command, context) => {
  command
    .command('list')
    .description('What needs a person now, critical first.')
    .option('--over', 'what did, and is over: newest first, for 90 days')
    .option('-n, --limit <n>', 'with --over, at most so many (default: 50)', integer)
    .option('--cursor <cursor>', 'with --over, the page after this one')
    .action(async ({ over, ...page }: ListFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const alerts = (await connect('operator')).alerts;
      const listed = await alerts.list({ ...page, state: over ? 'over' : 'standing' });
      output.result(listed, (paint) => alertsTable(listed.data, over === true, paint));
      if (listed.next_cursor !== null) output.note(`More: --cursor ${listed.next_cursor}`);
    });
  registerPlaces(command, context);
  registerTest(command, context);
  registerSettings(command, context);
};

function registerPlaces(command: Command, context: Context): void {
  command
    .command('where')
    .description('Where alerts are told, and what became of the last telling.')
    .action(async (_flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const sluice = await connect('operator');
      const places = await Promise.all(
        (await endpointsOf(sluice)).map((endpoint) => placeOf(sluice, endpoint)),
      );
      output.result({ object: 'list', data: places }, (paint) => placesTable(places, paint));
      if (places.length === 0) output.note('Add one: sluice alerts add <url> --format slack');
    });
  addOnceFlag(command.command('add'))
    .description(
      'Tell alerts there. With an operator key, those of the installation; else those of its account.',
    )
    .argument('<url>')
    .option(
      '--format <format>',
      'slack: the incoming webhook of a chat room (Slack, Mattermost, Discord with /slack behind its address); ' +
        'sluice: signed events for a program of yours (default)',
      oneOf('slack', 'sluice'),
    )
    .option(
      '--severity <least>',
      'tell nothing less severe: critical, warning (default)',
      oneOf('critical', 'warning'),
    )
    .option('--description <text>', 'to know it by; the address of a room is never shown again')
    .action(async (url: string, flags: AddFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const { format, severity, description, idempotencyKey } = flags;
      const endpoint = await (await connect('operator')).webhooks.create(
        {
          ...{ url, types: [...TYPES] },
          ...(format ? { format } : {}),
          ...(severity ? { least_severity: severity } : {}),
          ...(description === undefined ? {} : { description }),
        },
        { idempotencyKey },
      );
      output.result(endpoint, (paint) => addedText(endpoint, paint));
      output.note(`Next: sluice alerts test ${endpoint.id}`);
    });
  command
    .command('remove')
    .description('Tell nothing there any more.')
    .argument('<endpoint>')
    .action(async (id: string, _flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const deleted = await (await connect('operator')).webhooks.delete(id);
      output.result(
        deleted,
        ({ color }) => `${color.green('✓')} ${clean(deleted.id)} is told nothing any more.`,
      );
    });
}

function registerTest(command: Command, context: Context): void {
  command
    .command('test')
    .description('Send a test to each place where alerts are told, and see whether it arrives.')
    .argument('[endpoint]', 'only there')
    .action(async (id: string | undefined, _flags: object, invoked: Command) => {
      const { connect, output, endBadly } = context.begin(invoked);
      const sluice = await connect('operator');
      const ids = id === undefined ? (await endpointsOf(sluice)).map((endpoint) => endpoint.id) : [id];
      if (ids.length === 0) {
        throw new UsageError(
          'Alerts are told nowhere.',
          'Add a place: sluice alerts add <url> --format slack',
        );
      }
      const outcomes = await Promise.all(ids.map((each) => tested(sluice, each)));
      output.result({ object: 'list', data: outcomes }, (paint) =>
        outcomes.map((delivery) => outcomeText(delivery, paint)).join('\n'),
      );
      if (outcomes.some(({ state }) => state !== 'delivered')) endBadly();
    });
}

function registerSettings(command: Command, context: Context): void {
  command
    .command('settings')
    .description('When an alert is one, and when it is told.')
    .action(async (_flags: object, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const settings = await (await connect('operator')).alerts.settings();
      output.result(settings, (paint) => settingsTable(settings, paint));
    });
  command
    .command('set')
    .description('Change when an alert is one: wallet_hours=12 waiting_minutes=off')
    .argument('[name=value...]', 'from `sluice alerts settings`; `off` switches a check off')
    .option('--reset <name>', 'its default again; may be repeated', collect)
    .action(async (pairs: string[], { reset }: SetFlags, invoked: Command) => {
      const { connect, output } = context.begin(invoked);
      const settings = await (await connect('operator')).alerts.updateSettings(changeFrom(pairs, reset));
      output.result(settings, (paint) => settingsTable(settings, paint));
    });
}

/** The gateway knows the names and names the one that it does not know. */
function changeFrom(pairs: readonly string[], reset: readonly string[] | undefined): UpdateAlertSettings {
  if (pairs.length === 0 && reset === undefined) {
    throw new UsageError('Nothing to change.', 'Say name=value, or --reset <name>.');
  }
  const named = pairs.reduce<Pairs>((before, text) => pair(text, before), {});
  const values = Object.entries(named).map(([name, text]) => [name, valueFrom(name, text)]);
  return { ...Object.fromEntries(values), ...(reset ? { reset: reset as AlertThresholdName[] } : {}) };
}

/** Amounts stay text. */
function valueFrom(name: string, text: string): string | number | null {
  if (text === 'off') return null;
  return name !== 'balance_below' && /^\d{1,9}$/.test(text) ? Number(text) : text;
}

/** Of the operators, or of the account whose key it is. */
async function endpointsOf(sluice: Sluice): Promise<Endpoint[]> {
  const { account } = await sluice.alerts.settings();
  const all: Endpoint[] = [];
  for await (const endpoint of sluice.webhooks.all(account === null ? { of: 'installation' } : {})) {
    if (endpoint.types.some((type) => type === TYPES[0] || type === TYPES[1])) all.push(endpoint);
  }
  return all;
}

type Place = Endpoint & { last_delivery: Delivery | null };

async function placeOf(sluice: Sluice, endpoint: Endpoint): Promise<Place> {
  const { data } = await sluice.webhooks.deliveries(endpoint.id, { limit: 1 });
  return { ...endpoint, last_delivery: data[0] ?? null };
}

async function tested(sluice: Sluice, id: string): Promise<Delivery> {
  const delivery = await sluice.webhooks.test(id);
  return sluice.webhooks.wait(id, delivery.id, { signal: AbortSignal.timeout(OUTCOME_WITHIN_MS) });
}

function addedText(endpoint: EndpointWithSecret, paint: Paint): string {
  const { bold, dim, green } = paint.color;
  const head = `${green('✓')} ${clean(endpoint.id)}  ${clean(endpoint.url)}`;
  if (endpoint.format === 'slack') return head;
  const lines = [bold(endpoint.secret), '', dim('Shown once. Verify with verifyWebhook of @sluice/sdk.')];
  return `${head}\n${box(lines, paint)}`;
}

function outcomeText({ endpoint_id: id, state, attempts }: Delivery, { color }: Paint): string {
  if (state === 'delivered') return `${color.green('✓')} ${clean(id)}  it arrived`;
  const last = attempts.at(-1);
  const said = last
    ? `${last.status ?? ''} ${last.outcome} ${last.response ?? ''}`.trim()
    : 'nobody has tried yet';
  return `${color.red('✗')} ${clean(id)}  ${brief(said, 200)}`;
}

function alertsTable(alerts: Alert[], over: boolean, paint: Paint): string {
  if (alerts.length === 0) return over ? 'Nothing is over yet.' : 'Nothing needs a person.';
  const { color, nowMs } = paint;
  return table(
    [
      {
        title: 'severity',
        cell: ({ severity }) => (severity === 'critical' ? color.red(severity) : color.yellow(severity)),
      },
      { title: 'alert', cell: (alert) => clean(alert.code) },
      { title: 'since', cell: (alert) => relative(alert.since, nowMs) },
      over
        ? { title: 'over', cell: (alert: Alert) => relative(alert.cleared_at, nowMs) }
        : { title: 'told', cell: (alert: Alert) => relative(alert.told_at, nowMs) },
      { title: 'what', cell: (alert) => brief(alert.message, 300), flexible: true },
    ],
    alerts,
    paint,
  );
}

function placesTable(places: Place[], paint: Paint): string {
  if (places.length === 0) return 'Alerts are told nowhere.';
  const { color, nowMs } = paint;
  return table(
    [
      { title: 'endpoint', cell: (place) => clean(place.id) },
      { title: 'where', cell: (place) => clean(place.description || place.url), flexible: true },
      { title: 'format', cell: (place) => place.format },
      { title: 'from', cell: (place) => place.least_severity },
      {
        title: 'status',
        cell: ({ status }) => (status === 'enabled' ? color.green(status) : color.red(status)),
      },
      {
        title: 'last told',
        cell: ({ last_delivery: last }) =>
          last === null ? 'nothing yet' : `${relative(last.created_at, nowMs)}: ${last.state}`,
      },
    ],
    places,
    paint,
  );
}

type Told = { name: string; value: unknown; default: unknown; source: string };

function settingsTable({ object: _, account: __, ...thresholds }: AlertSettings, paint: Paint): string {
  const rows: Told[] = Object.entries(thresholds).flatMap(([name, told]) =>
    told ? [{ name, ...told }] : [],
  );
  const shown = (value: unknown): string => (value === null ? 'off' : String(value));
  return table(
    [
      { title: 'setting', cell: (row) => row.name },
      { title: 'value', cell: (row) => clean(shown(row.value)), align: 'right' },
      { title: 'default', cell: (row) => paint.color.dim(shown(row.default)), align: 'right' },
      { title: 'from', cell: (row) => (row.source === 'set' ? 'set by you' : 'the default') },
    ],
    rows,
    paint,
  );
}
