/**
 * The composition root: the only place that builds real effects and puts the parts together. It also owns the order of
 * starting and stopping: database, schema, stores, door, loops; and back.
 */
import { loadCatalogue } from './catalogue/catalogue.ts';
import type { Config } from './config.ts';
import { openBlobs } from './effects/blobs/open.ts';
import { readCatalogueFiles } from './effects/catalogue/read.ts';
import { realClock } from './effects/clock/real.ts';
import { startEmbedded } from './effects/database/embedded.ts';
import { readMigrations } from './effects/database/migration-files.ts';
import { realMedia } from './effects/media/real.ts';
import { addressPolicy } from './effects/outbound/policy.ts';
import { createOutbound } from './effects/outbound/real.ts';
import { newId } from './effects/random/id.ts';
import { realRandom } from './effects/random/real.ts';
import { loadSealKey } from './effects/secrets/seal-key.ts';
import { createSecrets } from './effects/secrets/secrets.ts';
import { createLog, type Log } from './effects/telemetry/log.ts';
import { createMetrics, type Metrics } from './effects/telemetry/metrics.ts';
import { ensureLimits } from './lifecycle/2-admit.ts';
import { type Context, defaultLifecycleSettings, type LifecycleSettings } from './lifecycle/context.ts';
import { createGate } from './lifecycle/gate.ts';
import { firstOperatorKey } from './lifecycle/operate/keys.ts';
import { pathDirectory } from './lifecycle/paths.ts';
import { createDrive } from './providers/drive.ts';
import {
  countRequests,
  logFaults,
  refreshGauges,
  refuseForeignSealKey,
  versionOf,
} from './runtime/compose.ts';
import { startDoor } from './runtime/door.ts';
import { startHeartbeat } from './runtime/heartbeat.ts';
import { createWakes, startLoops } from './runtime/loops.ts';
import { createTelemetry } from './runtime/telemetry.ts';
import { type Database, openDatabase } from './store/database.ts';
import { migrate } from './store/migrate.ts';
import { createStore } from './store/store.ts';

export type RunningGateway = {
  url: string;
  /** The first start's operator key, shown once; null on every later start. */
  operatorKey: string | null;
  context: Context;
  database: { kind: 'embedded' | 'external'; version: string; adopted: boolean };
  /** Stops taking work, finishes what is under way, closes everything. */
  stop(): Promise<void>;
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
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  const sealKey = await loadSealKey(config.dataDir, config.sealKey);
  const opened = await openStore(config, log, onLine);
  try {
    return await assemble(config, { log, metrics, opened, sealKey });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function openStore(config: Config, log: Log, onLine: (line: string) => void): Promise<OpenedDatabase> {
  const line = (text: string) => {
    log.info({}, text);
    onLine(text);
  };
  const options = {
    max: config.databasePool,
    applicationName: 'sluice',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    clock: realClock,
    random: realRandom,
    onTrouble: (error: Error) => log.warn({}, `database connection: ${error.message}`),
  };
  if (config.databaseUrl !== null) {
    const db = openDatabase(config.databaseUrl, options);
    return { db, kind: 'external', version: await versionOf(db), adopted: false, close: () => db.close() };
  }
  const embedded = await startEmbedded({
    dataDir: config.dataDir,
    log: line,
    onLost: (error) => log.error({}, error.message),
  });
  const db = openDatabase(embedded.url, options);
  const close = async () => {
    await db.close();
    await embedded.stop();
  };
  return { db, kind: 'embedded', version: embedded.version, adopted: embedded.adopted, close };
}

type Parts = { log: Log; metrics: Metrics; opened: OpenedDatabase; sealKey: Uint8Array };

async function assemble(config: Config, { log, metrics, opened, sealKey }: Parts): Promise<RunningGateway> {
  const migrations = await readMigrations();
  await migrate(opened.db, migrations, { now: realClock.now, log: (line) => log.info({}, line) });
  const store = createStore(opened.db);
  const secrets = createSecrets(sealKey, realRandom);
  await refuseForeignSealKey(store, secrets);
  const doors = { origins: config.publicUrl === null ? [] : [config.publicUrl], ports: [] as number[] };
  const policy = { clock: realClock, allow: config.allow, allowHttp: config.allow.http, own: () => doors };
  const outbound = createOutbound(policy);
  const wakes = createWakes(realClock);
  const catalogue = loadCatalogue(await readCatalogueFiles());
  const blobs = openBlobs(config.dataDir, config.s3, realClock);
  await blobs.probe();
  const telemetry = createTelemetry(log, metrics);
  const settings = settingsOf(config);
  const context: Context = {
    nodeId: newId('node', realClock.now(), realRandom),
    clock: realClock,
    random: realRandom,
    store,
    drive: createDrive({
      outbound,
      clock: realClock,
      onRequest: countRequests(telemetry),
      onFault: logFaults(log),
    }),
    outbound,
    blobs,
    media: realMedia,
    secrets,
    catalogue,
    paths: pathDirectory(store.paths, secrets, catalogue),
    gate: createGate(store, blobs, realClock, settings.storageReserveBytes),
    telemetry,
    settings,
    wake: wakes.wake,
  };
  await ensureLimits(context);
  const operatorKey = await firstOperatorKey(context);
  const draining = new AbortController();
  const door = await startDoor(context, config, {
    version: VERSION,
    database: {
      kind: opened.kind,
      version: opened.version,
      schema: migrations.length,
      health: () => opened.db.health(),
    },
    draining: draining.signal,
    metricsText: metrics.text,
    addressRefusal: addressPolicy(policy),
  });
  doors.ports.push(door.port);
  settings.localUrl = door.url;
  const loops = startLoops(context, wakes);
  const complain = (error: unknown) => log.warn({}, error instanceof Error ? error.message : String(error));
  const heartbeat = await startHeartbeat(store.nodes, context.nodeId, realClock, complain);
  const gauges = refreshGauges(store, metrics, realClock, draining.signal, complain);
  return {
    url: door.url,
    operatorKey,
    context,
    database: { kind: opened.kind, version: opened.version, adopted: opened.adopted },
    stop: async () => {
      draining.abort();
      await door.close();
      await Promise.all([loops.stop(), heartbeat.stop(), gauges]);
      await outbound.close();
      await opened.close();
    },
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
  };
}
