/**
 * What `sluice doctor` looks at, from this machine outwards: runtime, data directory, connection, then what the
 * gateway says about itself. Each check says what it saw and, when that is bad, what to do.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type Endpoint,
  isSluiceError,
  type Path,
  type PriceSheet,
  type Sluice,
  type SystemStatus,
} from '@sluice/sdk';
import type { Connection } from '../connection/connection.ts';
import { clean, size } from '../output/text.ts';

export type Check = {
  name: string;
  state: 'good' | 'doubtful' | 'bad' | 'skipped';
  detail: string;
  fix?: string;
};

const MIN_FREE_BYTES = 2_000_000_000;

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  return {
    name: 'Node',
    state: good ? 'good' : 'bad',
    detail: version,
    ...(good ? {} : { fix: 'Install Node 20.19 or later.' }),
  };
}

/** The folder need not exist yet: then the nearest one above it must let us make it. */
export async function checkDataDir(dataDir: string): Promise<Check> {
  const name = 'data directory';
  let nearest = dataDir;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    accessSync(nearest, constants.W_OK);
  } catch {
    return {
      name,
      state: 'bad',
      detail: `${nearest} cannot be written`,
      fix: 'Choose another: SLUICE_DATA_DIR.',
    };
  }
  const { bavail, bsize } = await statfs(nearest);
  const free = Number(bavail) * Number(bsize);
  const detail = `${dataDir}${nearest === dataDir ? '' : ' (not made yet)'}, ${size(free)} free`;
  if (free >= MIN_FREE_BYTES) return { name, state: 'good', detail };
  return { name, state: 'doubtful', detail, fix: 'Clips and database need room: free some, or store in S3.' };
}

export function checkConnection(connection: Connection): Check {
  const { url, urlFrom, key, keyFrom } = connection;
  const detail = `${url} from ${urlFrom}, key from ${keyFrom}`;
  if (key) return { name: 'configuration', state: 'good', detail };
  return { name: 'configuration', state: 'bad', detail, fix: 'Give a key: sluice login, or SLUICE_KEY.' };
}

/** What the gateway says of itself; later checks need the earlier ones. */
export async function checkGateway(sluice: Sluice): Promise<Check[]> {
  const models = await answerOf('gateway', async () => {
    const { data } = await sluice.models.list({ maxRetries: 0 });
    return [{ name: 'gateway', state: 'good', detail: `answers, ${data.length} models` } satisfies Check];
  });
  if (models.some((check) => check.state === 'bad')) return models;
  const deeper = await Promise.all([
    answerOf('installation', async () => systemChecks(await sluice.system.get())),
    answerOf('paths', async () => pathChecks((await sluice.paths.list()).data)),
    answerOf('prices', async () => [priceCheck((await sluice.prices.list()).data)]),
    answerOf('alerts', async () => [placeCheck((await sluice.webhooks.list({ of: 'installation' })).data)]),
  ]);
  return [...models, ...deeper.flat()];
}

async function answerOf(name: string, ask: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await ask();
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    if (error.code === 'forbidden') {
      return [{ name, state: 'skipped', detail: 'this key may not see it (an operator key may)' }];
    }
    return [{ name, state: 'bad', detail: clean(error.message), fix: clean(error.fix) }];
  }
}

export function systemChecks(system: SystemStatus): Check[] {
  const { database, storage, ledger, unknown_attempts: lost, quarantined, nodes } = system;
  const free = storage.free_bytes;
  const tight = free !== null && free < MIN_FREE_BYTES;
  return [
    {
      name: 'installation',
      state: quarantined ? 'bad' : 'good',
      detail: quarantined
        ? 'a restored copy that nobody has confirmed'
        : `version ${clean(system.version)}, ${nodes.length} running, PostgreSQL ${clean(database.version)}`,
      ...(quarantined ? { fix: 'Once the old one is stopped for good: sluice system confirm' } : {}),
    },
    {
      name: 'storage',
      state: tight ? 'doubtful' : 'good',
      detail: `${clean(storage.description)}${free === null ? '' : `, ${size(free)} free`}`,
      ...(tight ? { fix: 'Free some room, or shorten retention.' } : {}),
    },
    {
      name: 'ledger',
      state: ledger.balanced ? 'good' : 'bad',
      detail: ledger.balanced ? 'balanced' : `off by ${ledger.drift}`,
      ...(ledger.balanced ? {} : { fix: 'Stop taking orders and report it with: sluice ledger export' }),
    },
    {
      name: 'lost answers',
      state: lost === 0 ? 'good' : 'doubtful',
      detail: lost === 0 ? 'none' : `${lost} being looked up`,
      ...(lost === 0 ? {} : { fix: 'sluice attempts list' }),
    },
  ];
}

export function pathChecks(paths: Path[]): Check[] {
  if (paths.length === 0) {
    return [
      {
        name: 'paths',
        state: 'doubtful',
        detail: 'none: nothing can be ordered',
        fix: 'sluice paths add kling',
      },
    ];
  }
  return paths.map((path) => {
    const name = `path ${clean(path.name)}`;
    const detail = [path.state, path.health, path.health_detail].filter((part) => part !== null).join(', ');
    if (path.health !== 'ok')
      return { name, state: 'bad', detail: clean(detail), fix: `sluice paths check ${path.name}` };
    return { name, state: path.state === 'active' ? 'good' : 'doubtful', detail: clean(detail) };
  });
}

/** Whether anybody hears of what needs them while nobody looks. */
export function placeCheck(places: Endpoint[]): Check {
  const open = places.filter(({ status }) => status === 'enabled').length;
  if (open > 0) {
    return { name: 'alerts', state: 'good', detail: `told at ${open} ${open === 1 ? 'place' : 'places'}` };
  }
  const detail = places.length === 0 ? 'told to nobody' : 'every place where they were told is disabled';
  const fix = places.length === 0 ? 'sluice alerts add <url> --format slack' : 'sluice alerts where';
  return { name: 'alerts', state: 'doubtful', detail, fix };
}

export function priceCheck(sheets: PriceSheet[]): Check {
  const stale = sheets.filter((sheet) => sheet.stale).map((sheet) => clean(sheet.id));
  if (stale.length === 0) return { name: 'prices', state: 'good', detail: `${sheets.length} sheets` };
  const detail = `not looked at for long: ${stale.join(', ')}`;
  return { name: 'prices', state: 'doubtful', detail, fix: 'Compare with the vendor: sluice prices list' };
}
