/**
 * The composition root: the only place that builds real effects and puts the parts together. It also owns the order of
 * starting and stopping: database, schema, stores, door, loops; and back.
 */
import { type Catalogue, loadCatalogue } from './catalogue/catalogue.ts';
import type { Config } from './config.ts';
import type { Blobs } from './effects/blobs/blobs.ts';
import { openBlobs } from './effects/blobs/open.ts';
import { readCatalogueFiles } from './effects/catalogue/read.ts';
import { realClock } from './effects/clock/real.ts';
import { startEmbedded } from './effects/database/embedded.ts';
import { readMigrations } from './effects/database/migration-files.ts';
import type { Media } from './effects/media/media.ts';
import { realMedia } from './effects/media/real.ts';
import { addressPolicy } from './effects/outbound/policy.ts';
import { createOutbound, type RealOutbound } from './effects/outbound/real.ts';
import { newId } from './effects/random/id.ts';
import { realRandom } from './effects/random/real.ts';
import { loadSealKey } from './effects/secrets/seal-key.ts';
import { createSecrets, type Secrets } from './effects/secrets/secrets.ts';
import { exportSpans } from './effects/telemetry/export.ts';
import { createLog, type Log } from './effects/telemetry/log.ts';
import { createMetrics, type Metrics } from './effects/telemetry/metrics.ts';
import { realThreads } from './effects/threads/real.ts';
import { ensureLimits } from './lifecycle/2-admit.ts';
import { callbackKeys } from './lifecycle/callback-keys.ts';
import { checkoutWarnings } from './lifecycle/checkout.ts';
import { type Context, defaultLifecycleSettings, type LifecycleSettings } from './lifecycle/context.ts';
import { createGate } from './lifecycle/gate.ts';
import { type Books, createBooks } from './lifecycle/operate/books.ts';
import { firstOperatorKey } from './lifecycle/operate/first-key.ts';
import { createPlans } from './lifecycle/operate/plans.ts';
import { pathDirectory } from './lifecycle/paths.ts';
import { countRequests, logFaults } from './lifecycle/upstream-report.ts';
import { createDrive } from './providers/drive.ts';
import { deliveryWriters, refreshGauges, refuseForeignSealKey } from './runtime/compose.ts';
import { startDoor } from './runtime/door.ts';
import { startHeartbeat } from './runtime/heartbeat.ts';
import { createEventHints } from './runtime/hints.ts';
import { createWakes, startLoops, type Wakes } from './runtime/loops.ts';
import { createTelemetry } from './runtime/telemetry.ts';
import { announcing } from './store/announce.ts';
import { type Database, openDatabase, REQUEST_WAIT_MS } from './store/database.ts';
import { migrate } from './store/migrate.ts';
import { awaitDatabase, START_PATIENCE_MS } from './store/readiness.ts';
import { createStore, type Store } from './store/store.ts';

export type RunningGateway = {
  url: string;
  /** The first start's operator key, to be shown once; null on every later start. */
  operatorKey: string | null;
  /** Call it when the operator key is where its owner finds it. Until then every start makes another one. */
  operatorKeyShown(): Promise<void>;
  context: Context;
  database: { kind: 'embedded' | 'external'; version: string; adopted: boolean };
  /** Stops taking work, finishes what is under way, closes everything. */
  stop(): Promise<void>;
};

/** Everything that touches the world, opened and ready. A caller may put its own around the parts before running. */
export type Effects = {
  log: Log;
  metrics: Metrics;
  database: OpenedDatabase;
  store: Store;
  secrets: Secrets;
  outbound: RealOutbound;
  addressRefusal: (url: string) => Promise<string | null>;
  /** Our own ports, filled when the door opens; nothing may be sent there. */
  doors: { origins: string[]; ports: number[] };
  blobs: Blobs;
  media: Media;
  catalogue: Catalogue;
  schema: number;
  /** Over the settings of the configuration. Empty in production: leases and windows are no matter of taste. */
  settings: Partial<LifecycleSettings>;
  close(): Promise<void>;
};

type OpenedDatabase = {
  db: Database;
  kind: 'embedded' | 'external';
  version: string;
  adopted: boolean;
  close(): Promise<void>;
};

const VERSION = '0.1.0';
const STATEMENT_TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 10_000;

export async function startGateway(
  config: Config,
  onLine: (line: string) => void = () => {},
): Promise<RunningGateway> {
  const effects = await openEffects(config, onLine);
  try {
    return await runGateway(config, effects);
  } catch (error) {
    await effects.close();
    throw error;
  }
}

export async function openEffects(config: Config, onLine: (line: string) => void): Promise<Effects> {
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  const spans = await exportSpans(config.collector, VERSION);
  const sealKey = await loadSealKey(config.dataDir, config.sealKey);
  const database = await openDatabaseOf(config, log, onLine);
  try {
    const migrations = await readMigrations();
    await migrate(database.db, migrations, { now: realClock.now, log: (line) => log.info({}, line) });
    const store = createStore(database.db);
    const secrets = createSecrets(sealKey, realRandom);
    await refuseForeignSealKey(store, secrets);
    const blobs = await openBlobs(config.dataDir, config.s3, realClock);
    await blobs.probe();
    const catalogue = loadCatalogue(await readCatalogueFiles());
    const doors = { origins: config.publicUrl === null ? [] : [config.publicUrl], ports: [] };
    const policy = { clock: realClock, allow: config.allow, allowHttp: config.allow.http, own: () => doors };
    const outbound = createOutbound(policy);
    const addressRefusal = addressPolicy(policy);
    const close = async () => {
      await outbound.close();
      await database.close();
      await spans.stop();
    };
    const schema = migrations.length;
    return {
      log,
      metrics,
      database,
      store,
      secrets,
      outbound,
      addressRefusal,
      doors,
      blobs,
      media: realMedia,
      catalogue,
      schema,
      settings: {},
      close,
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openDatabaseOf(
  config: Config,
  log: Log,
  onLine: (line: string) => void,
): Promise<OpenedDatabase> {
  const line = (text: string) => {
    log.info({}, text);
    onLine(text);
  };
  const options = {
    max: config.databasePool,
    applicationName: 'sluice',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    connectTimeoutMs: START_PATIENCE_MS,
    clock: realClock,
    random: realRandom,
    onTrouble: (error: Error) => log.warn({}, `database connection: ${error.message}`),
  };
  if (config.databaseUrl !== null) {
    const db = openDatabase(config.databaseUrl, options);
    const version = await awaitDatabase(db, realClock, line).catch(async (error: unknown) => {
      await db.close();
      throw error;
    });
    return { db, kind: 'external', version, adopted: false, close: () => db.close() };
  }
  const embedded = await startEmbedded({
    dataDir: config.dataDir,
    log: line,
    onLost: (error) => endProcess(log, error),
  });
  const db = openDatabase(embedded.url, options);
  const close = async () => {
    await db.close();
    await embedded.stop();
  };
  return { db, kind: 'embedded', version: embedded.version, adopted: embedded.adopted, close };
}

/** Without its database a gateway can only say no. Ending it lets whoever watches over it start it again. */
function endProcess(log: Log, error: Error): void {
  log.error({}, `the database is lost: ${error.message}`);
  process.kill(process.pid, 'SIGTERM');
}

export async function runGateway(config: Config, effects: Effects): Promise<RunningGateway> {
  const { log, metrics, database, doors } = effects;
  const { db, kind, version, adopted } = database;
  const complain = (error: unknown) => log.warn({}, error instanceof Error ? error.message : String(error));
  const hints = createEventHints(db, effects.store.nodes, realClock, complain);
  const store = announcing(effects.store, hints.announce);
  const wakes = createWakes(realClock);
  const books = createBooks(store, realClock);
  const context = contextOf(config, { ...effects, store }, wakes, books);
  await ensureLimits(context);
  for (const warning of checkoutWarnings(context.settings)) log.warn({}, warning);
  const firstKey = await firstOperatorKey(context);
  const draining = new AbortController();
  const plans = createPlans(
    context,
    realThreads({ plan: new URL('./runtime/plan-thread.mjs', import.meta.url) }),
  );
  db.limitConnectTime(REQUEST_WAIT_MS);
  const door = await startDoor(context, config, {
    version: VERSION,
    database: { kind, version, schema: effects.schema, health: () => db.health() },
    draining: draining.signal,
    metricsText: metrics.text,
    plans,
    onEvents: hints.subscribe,
  });
  doors.ports.push(door.port);
  context.settings.localUrl = door.url;
  const loops = startLoops(context, wakes);
  const heartbeat = await startHeartbeat(store.nodes, context.nodeId, realClock, complain);
  void hints.listen();
  const gauges = refreshGauges(store, books, metrics, realClock, draining.signal, complain);
  return {
    url: door.url,
    operatorKey: firstKey?.text ?? null,
    operatorKeyShown: async () => {
      if ((await firstKey?.shown()) !== false) return;
      log.warn({}, 'another process has shown a newer operator key; the one shown here does not work');
    },
    context,
    database: { kind, version, adopted },
    stop: async () => {
      draining.abort();
      plans.stop();
      await door.close();
      await Promise.all([loops.stop(), heartbeat.stop(), gauges]);
      await hints.stop();
      await effects.close();
    },
  };
}

function contextOf(config: Config, effects: Effects, wakes: Wakes, books: Books): Context {
  const { log, metrics, store, secrets, outbound, blobs, media, catalogue } = effects;
  const telemetry = createTelemetry(log, metrics);
  const settings = { ...settingsOf(config), ...effects.settings };
  const onRequest = countRequests(telemetry);
  const drive = createDrive({ outbound, clock: realClock, onRequest, onFault: logFaults(telemetry) });
  return {
    nodeId: newId('node', realClock.now(), realRandom),
    clock: realClock,
    random: realRandom,
    store,
    drive,
    outbound,
    addressRefusal: effects.addressRefusal,
    blobs,
    media,
    secrets,
    catalogue,
    paths: pathDirectory(store, secrets, catalogue),
    gate: createGate(store, blobs, realClock, settings.storageReserveBytes),
    callbackKeys: callbackKeys(drive, realClock),
    books,
    deliveryWriters,
    telemetry,
    settings,
    wake: wakes.wake,
  };
}

function settingsOf(config: Config): LifecycleSettings {
  return {
    ...defaultLifecycleSettings,
    publicUrl: config.publicUrl,
    submitConcurrency: config.submitConcurrency,
    copyConcurrency: config.copyConcurrency,
    queryRate: config.queryRate,
    storageReserveBytes: config.storageReserveBytes,
    checkout: config.checkout,
  };
}
