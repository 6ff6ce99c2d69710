/** `sluice serve`: runs a gateway in this process until it is told to stop. */
import { type Config, startGateway } from '@sluice/server';
import type { Command } from 'commander';
import { readLocalGateway, writeLocalGateway } from '../connection/local-gateway.ts';
import type { Sandbox } from '../demo/sandbox.ts';
import { CommandError } from '../endings.ts';
import type { Invocation, Register } from '../invocation.ts';
import { LISTEN_URL } from '../listen/address.ts';
import { type Started, startedText } from '../serve/banner.ts';
import { builtConsole } from '../serve/console.ts';
import { addServeFlags, type ServeFlags, settingsFrom } from '../serve/settings.ts';

export const register: Register = (command, context) => {
  addServeFlags(command)
    .option(
      '--sandbox [vendors]',
      'with an emulated Kling (or: all, or names as in kling,fal), an account and play money; nothing is paid',
    )
    .addHelpText(
      'after',
      '\nStops gently on Ctrl-C or SIGTERM: takes no more work, finishes what is under way. All settings can be\n' +
        'given in the environment. One data directory belongs to one gateway; several share a database by\n' +
        '--database-url and a store by S3_*.\n',
    )
    .action(async (flags: ServeFlags, invoked: Command) => serve(context.begin(invoked), flags));
};

async function serve({ output, surroundings }: Invocation, flags: ServeFlags): Promise<void> {
  const settings = settingsFrom(flags, surroundings);
  const signal = surroundings.interruption();
  const played = await startPlayed(flags);
  const { demo, vendors } = played ?? { demo: null, vendors: [] };
  const allow = demo ? demo.sandboxAllow(settings.allow, vendors, LISTEN_URL) : settings.allow;
  const onLine = (line: string): void => output.note(({ color }) => color.dim(line));
  const consoleDir = await builtConsole(settings, onLine);
  const config: Config = { ...settings, allow, consoleDir };
  const stops: (() => Promise<void>)[] = vendors.map((vendor) => () => vendor.close());
  try {
    const gateway = await startGateway(config, onLine);
    stops.unshift(() => gateway.stop());
    let sandbox: Sandbox | null = null;
    const { url, operatorKey, database } = gateway;
    const savedIn = await writeLocalGateway(config.dataDir, { url, ...(operatorKey ? { operatorKey } : {}) });
    if (demo) {
      sandbox = await demo.furnishSandbox({ url, vendors, ...(await knownKeys(config.dataDir)) });
      await writeLocalGateway(config.dataDir, { url, key: sandbox.key });
    }
    const { dataDir } = config;
    const started: Started = {
      url,
      operatorKey,
      console: await consoleLink(url, operatorKey),
      database,
      savedIn,
      dataDir,
      sandbox: sandbox?.paths ?? null,
    };
    output.event(
      {
        url,
        console: started.console,
        ...(operatorKey ? { operator_key: operatorKey } : {}),
        data_dir: dataDir,
        sandbox: started.sandbox,
      },
      (paint) => startedText(started, paint),
    );
    await gateway.operatorKeyShown();
    await untilAborted(signal);
    output.note('Stopping: finishing what is under way. Ctrl-C again ends it at once.');
  } finally {
    for (const stop of stops) await stop();
  }
}

/** Loaded on demand: the emulators bring a video encoder along. */
async function startPlayed({ sandbox }: ServeFlags) {
  if (!sandbox) return null;
  const [demo, { readVendorNames, startVendors }] = await Promise.all([
    import('../demo/sandbox.ts'),
    import('../demo/vendors.ts'),
  ]);
  return { demo, vendors: await startVendors(readVendorNames(sandbox === true ? 'kling' : sandbox)) };
}

/** The first start shows a way in; later ones only where it is, because logs of services are kept and read. */
async function consoleLink(url: string, operatorKey: string | null): Promise<string> {
  const plain = `${url}/console/`;
  if (operatorKey === null) return plain;
  const { createSluice } = await import('@sluice/sdk');
  const sluice = createSluice({ baseUrl: url, apiKey: operatorKey });
  return sluice.session.createLink().then(
    (link) => link.url,
    () => plain,
  );
}

async function knownKeys(dataDir: string): Promise<{ operatorKey: string; key: string | undefined }> {
  const local = await readLocalGateway(dataDir);
  if (local?.operatorKey) return { operatorKey: local.operatorKey, key: local.key };
  throw new CommandError(
    'The sandbox needs the operator key, which was shown on the first start only.',
    `Put it back into ${dataDir}/cli.json, or start in a new --data-dir.`,
  );
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
