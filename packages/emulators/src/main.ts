/**
 * Starts an emulator as a process of its own and prints one JSON line when it is ready.
 *   kling --port 0 --log accepts.jsonl --with-parent
 *   replicate --api-key r8_sandbox
 *   openrouter --api-key sk-or-sandbox
 *   fal --concurrency 2
 *   evolink --api-key sk-evo-sandbox --units 100000
 *   kie --api-key kie-sandbox --webhook-secret key
 *   stripe --api-key sk_test_sandbox --webhook-url http://127.0.0.1:8080/payments/stripe --webhook-secret whsec_sandbox
 */
import { parseArgs } from 'node:util';
import { serveEvolink } from './evolink/server.ts';
import { serveFal } from './fal/server.ts';
import { serveKie } from './kie/server.ts';
import { serveKling } from './kling/server.ts';
import { serveOpenAiVideos } from './openai-videos/handler.ts';
import { serveOpenRouter } from './openrouter/handler.ts';
import { serveReplicate } from './replicate/server.ts';
import { serveStripe } from './stripe/server.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    log: { type: 'string' },
    'with-parent': { type: 'boolean', default: false },
    'api-key': { type: 'string', default: 'api-key-kling-sandbox' },
    'access-key': { type: 'string', default: 'sandbox-access-key' },
    'secret-key': { type: 'string', default: 'sandbox-secret-key' },
    'webhook-secret': { type: 'string' },
    'webhook-url': { type: 'string' },
    units: { type: 'string', default: '100000' },
    concurrency: { type: 'string', default: '20' },
    'queue-ms': { type: 'string', default: '500' },
    'render-base-ms': { type: 'string', default: '1000' },
    'render-ms-per-second': { type: 'string', default: '1000' },
    jitter: { type: 'string', default: '0.2' },
    'ignore-inputs': { type: 'boolean', default: false },
  },
});

const usage = () =>
  `usage: main.ts ${Object.keys(starters).join('|')} [--port 0] [--log file] [--with-parent] [--units n] ...`;

type Started = { ready: object; close(): Promise<void> };

const starters: Readonly<Record<string, () => Promise<Started>>> = {
  kling: startKling,
  replicate: startReplicate,
  openrouter: startOpenRouter,
  'openai-videos': startOpenAiVideos,
  fal: startFal,
  evolink: startEvolink,
  kie: startKie,
  stripe: startStripe,
};

async function startKling(): Promise<Started> {
  const concurrency = number('concurrency');
  const served = await serveKling({
    port: number('port'),
    host: values.host,
    accounts: [
      {
        name: 'sandbox',
        apiKeys: [values['api-key']],
        accessKey: values['access-key'],
        secretKey: values['secret-key'],
        packs: [
          {
            name: `Sandbox-Video-${values.units}Units-${concurrency}Con-12Months`,
            type: 'video',
            units: values.units,
            concurrency,
          },
        ],
        ...(values['webhook-secret'] === undefined ? {} : { webhookSecret: values['webhook-secret'] }),
      },
    ],
    timing: {
      queueMs: number('queue-ms'),
      renderBaseMs: number('render-base-ms'),
      renderMsPerSecond: number('render-ms-per-second'),
      jitter: number('jitter'),
    },
    readInputs: !values['ignore-inputs'],
    ...(values.log === undefined ? {} : { logFile: values.log }),
  });
  const ready = {
    url: served.url,
    apiKey: values['api-key'],
    accessKey: values['access-key'],
    secretKey: values['secret-key'],
  };
  return { ready, close: served.close };
}

/** What all emulators of jobs are given by these options. */
function jobOptions() {
  return {
    port: number('port'),
    host: values.host,
    timing: {
      queueMs: number('queue-ms'),
      renderBaseMs: number('render-base-ms'),
      renderMsPerSecond: number('render-ms-per-second'),
      jitter: number('jitter'),
    },
    readInputs: !values['ignore-inputs'],
    ...(values.log === undefined ? {} : { logFile: values.log }),
  };
}

async function startOpenAiVideos(): Promise<Started> {
  const models = ['kling-v3', 'kling-video-o1'];
  const served = await serveOpenAiVideos({ ...jobOptions(), keys: [values['api-key']], models });
  return { ready: { url: `${served.url}/v1`, apiKey: values['api-key'], models }, close: served.close };
}

async function startOpenRouter(): Promise<Started> {
  const signingSecret = values['webhook-secret'];
  const account = { keys: [values['api-key']], ...(signingSecret === undefined ? {} : { signingSecret }) };
  const served = await serveOpenRouter({ ...jobOptions(), accounts: [account] });
  return { ready: { url: `${served.url}/api/v1`, apiKey: values['api-key'] }, close: served.close };
}

async function startReplicate(): Promise<Started> {
  const webhookSecret = values['webhook-secret'];
  const account = { tokens: [values['api-key']], ...(webhookSecret === undefined ? {} : { webhookSecret }) };
  const served = await serveReplicate({ ...jobOptions(), accounts: [account] });
  return { ready: { url: `${served.url}/v1`, apiKey: values['api-key'] }, close: served.close };
}

async function startFal(): Promise<Started> {
  const served = await serveFal({
    ...jobOptions(),
    accounts: [{ name: 'sandbox', apiKeys: [values['api-key']] }],
    settings: { concurrency: number('concurrency') },
  });
  return { ready: { url: served.url, apiKey: values['api-key'] }, close: served.close };
}

/** `--units` are credits here. */
async function startEvolink(): Promise<Started> {
  const account = { name: 'sandbox', keys: [{ key: values['api-key'] }], credits: values.units };
  const served = await serveEvolink({ ...jobOptions(), accounts: [account] });
  return { ready: { url: served.url, apiKey: values['api-key'] }, close: served.close };
}

async function startKie(): Promise<Started> {
  const webhookKey = values['webhook-secret'];
  const account = { name: 'sandbox', keys: [values['api-key']], credits: number('units') };
  const accounts = [{ ...account, ...(webhookKey === undefined ? {} : { webhookKey }) }];
  const served = await serveKie({ ...jobOptions(), accounts });
  return { ready: { url: served.url, apiKey: values['api-key'] }, close: served.close };
}

async function startStripe(): Promise<Started> {
  const { 'api-key': key, 'webhook-url': url, 'webhook-secret': secret, host } = values;
  const served = await serveStripe({ port: number('port'), host, secretKeys: [key] });
  if (url !== undefined && secret !== undefined) served.webhook({ url, secrets: [secret] });
  return { ready: { url: served.url, apiKey: key }, close: served.close };
}

function number(
  name: 'port' | 'units' | 'concurrency' | 'queue-ms' | 'render-base-ms' | 'render-ms-per-second' | 'jitter',
) {
  const value = Number(values[name]);
  if (!(value >= 0)) throw new Error(`--${name}: ${values[name]} is not a number`);
  return value;
}

const start = starters[positionals[0] ?? ''];
if (start === undefined) {
  console.error(usage());
  process.exit(2);
}
const { ready, close } = await start();
const stop = (): void => {
  void close().then(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (values['with-parent']) {
  // The pipe ends when the parent does, however it dies.
  process.stdin.on('end', stop);
  process.stdin.on('error', stop);
  process.stdin.resume();
}
console.log(JSON.stringify(ready));
