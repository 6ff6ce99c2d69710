/** Every setting, in one schema, read once. A wrong value stops the start and names the setting. */
import { resolve } from 'node:path';
import { Decimal, microsFromDecimal } from '@sluice/contract';
import { z } from 'zod';

const Port = z.coerce.number().int().min(0).max(65_535);
const Flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'])
  .transform((text) => ['true', '1', 'yes'].includes(text));
const List = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const Origins = List.refine(
  (origins) => origins.every((origin) => origin === '*' || isOrigin(origin)),
  'must be origins such as https://studio.example, or *',
);
const BaseUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

const Environment = z.object({
  SLUICE_HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  SLUICE_PORT: Port.default(8080).describe('Port to listen on; 0 takes a free one.'),
  SLUICE_DATA_DIR: z
    .string()
    .default('.sluice')
    .describe('Folder for the embedded database, clips and keys.'),
  SLUICE_CONSOLE_DIR: z
    .string()
    .optional()
    .describe('Folder of the built console; `sluice serve` finds or builds its own.'),
  DATABASE_URL: z.string().optional().describe('An outside PostgreSQL ≥ 15 instead of the embedded one.'),
  SLUICE_DATABASE_POOL: z.coerce
    .number()
    .int()
    .min(4)
    .max(500)
    .default(20)
    .describe('Connections to the database.'),
  PUBLIC_URL: BaseUrl.optional().describe('Where upstreams and clients reach this installation.'),
  SLUICE_SEAL_KEY: z
    .string()
    .optional()
    .describe('32 bytes, base64: seals credentials at rest. Share it among nodes.'),
  SLUICE_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Log level.'),
  SLUICE_ALLOW_UPSTREAM: List.default([]).describe('Internal hosts or networks that path base URLs may use.'),
  SLUICE_ALLOW_GIVEN: List.default([]).describe(
    'Internal hosts or networks that links and webhooks may use.',
  ),
  SLUICE_ALLOW_HTTP: Flag.default(false).describe('Allow plain http to public addresses.'),
  SLUICE_CORS_ORIGINS: Origins.default([]).describe(
    'Origins whose pages may call the API from a browser, or *.',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: BaseUrl.optional().describe('Send traces to this OpenTelemetry collector.'),
  OTEL_SERVICE_NAME: z.string().default('sluice').describe('The name under which they are sent.'),
  S3_ENDPOINT: BaseUrl.optional().describe('An S3-compatible store; empty for AWS.'),
  S3_REGION: z.string().default('us-east-1').describe('Region of the bucket.'),
  S3_BUCKET: z.string().optional().describe('Store clips in this bucket instead of the data folder.'),
  S3_ACCESS_KEY_ID: z.string().optional().describe('Access key.'),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('Secret key.'),
  S3_FORCE_PATH_STYLE: Flag.default(true).describe(
    'Bucket in the path, as most stores other than AWS want it.',
  ),
  S3_PREFIX: z.string().default('').describe('Prefix of all keys.'),
  SLUICE_SUBMIT_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .describe('Submits at a time.'),
  SLUICE_COPY_CONCURRENCY: z.coerce.number().int().min(1).max(1_000).default(8).describe('Copies at a time.'),
  SLUICE_QUERY_RATE: z.coerce
    .number()
    .min(0.1)
    .max(1_000)
    .default(10)
    .describe('Status queries per second and path.'),
  SLUICE_STORAGE_RESERVE_MB: z.coerce
    .number()
    .int()
    .min(0)
    .default(512)
    .describe('Free space below which nothing is accepted.'),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^[sr]k_(?:test|live)_\S+$/, 'a secret or restricted key of Stripe, such as sk_live_…')
    .optional()
    .describe('Let accounts be topped up by card on Stripe’s page, with this key.'),
  STRIPE_WEBHOOK_SECRET: List.refine(
    (secrets) => secrets.every((secret) => secret.startsWith('whsec_')),
    'signing secrets of a webhook endpoint, whsec_…',
  )
    .default([])
    .describe('Signing secret of the Stripe webhook; two with a comma while it is replaced.'),
  STRIPE_API_URL: BaseUrl.default('https://api.stripe.com').describe(
    'Another address of Stripe’s API, to try with.',
  ),
  SLUICE_CHECKOUT_LEAST: Decimal.default('5').describe(
    'Smallest top-up by card, in the currency of the account.',
  ),
  SLUICE_CHECKOUT_MOST: Decimal.default('10000').describe('Largest top-up by card.'),
});

export type Environment = z.infer<typeof Environment>;

export type Config = {
  host: string;
  port: number;
  dataDir: string;
  /** The built console; null: none is served. */
  consoleDir: string | null;
  databaseUrl: string | null;
  databasePool: number;
  publicUrl: string | null;
  sealKey: string | null;
  logLevel: Environment['SLUICE_LOG_LEVEL'];
  allow: { configured: string[]; given: string[]; http: boolean };
  corsOrigins: string[];
  collector: { url: string; serviceName: string } | null;
  s3: {
    endpoint: string | undefined;
    region: string;
    bucket: string;
    accessKeyId: string;
    secretAccessKey: string;
    forcePathStyle: boolean;
    prefix: string;
  } | null;
  submitConcurrency: number;
  copyConcurrency: number;
  queryRate: number;
  storageReserveBytes: number;
  /** Top-ups by card; null: none are taken. */
  checkout: CheckoutConfig | null;
};

export type CheckoutConfig = {
  apiUrl: string;
  secretKey: string;
  webhookSecrets: string[];
  leastMicros: bigint;
  mostMicros: bigint;
};

export class ConfigError extends Error {}

export function readConfig(env: Record<string, string | undefined>, overrides: Partial<Config> = {}): Config {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Environment.safeParse(present);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`These settings are wrong:\n${lines.join('\n')}`);
  }
  const values = parsed.data;
  return {
    host: values.SLUICE_HOST,
    port: values.SLUICE_PORT,
    dataDir: resolve(values.SLUICE_DATA_DIR),
    consoleDir: values.SLUICE_CONSOLE_DIR === undefined ? null : resolve(values.SLUICE_CONSOLE_DIR),
    databaseUrl: values.DATABASE_URL ?? null,
    databasePool: values.SLUICE_DATABASE_POOL,
    publicUrl: values.PUBLIC_URL ?? null,
    sealKey: values.SLUICE_SEAL_KEY ?? null,
    logLevel: values.SLUICE_LOG_LEVEL,
    allow: {
      configured: values.SLUICE_ALLOW_UPSTREAM,
      given: values.SLUICE_ALLOW_GIVEN,
      http: values.SLUICE_ALLOW_HTTP,
    },
    corsOrigins: values.SLUICE_CORS_ORIGINS,
    collector:
      values.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? null
        : { url: values.OTEL_EXPORTER_OTLP_ENDPOINT, serviceName: values.OTEL_SERVICE_NAME },
    s3: s3Of(values),
    submitConcurrency: values.SLUICE_SUBMIT_CONCURRENCY,
    copyConcurrency: values.SLUICE_COPY_CONCURRENCY,
    queryRate: values.SLUICE_QUERY_RATE,
    storageReserveBytes: values.SLUICE_STORAGE_RESERVE_MB * 1024 * 1024,
    checkout: checkoutOf(values),
    ...overrides,
  };
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function s3Of(values: Environment): Config['s3'] {
  if (values.S3_BUCKET === undefined) return null;
  if (values.S3_ACCESS_KEY_ID === undefined || values.S3_SECRET_ACCESS_KEY === undefined) {
    throw new ConfigError('S3_BUCKET needs S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY beside it.');
  }
  return {
    endpoint: values.S3_ENDPOINT,
    region: values.S3_REGION,
    bucket: values.S3_BUCKET,
    accessKeyId: values.S3_ACCESS_KEY_ID,
    secretAccessKey: values.S3_SECRET_ACCESS_KEY,
    forcePathStyle: values.S3_FORCE_PATH_STYLE,
    prefix: values.S3_PREFIX,
  };
}

function checkoutOf(values: Environment): CheckoutConfig | null {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecrets } = values;
  if (secretKey === undefined && webhookSecrets.length === 0) return null;
  if (secretKey === undefined || webhookSecrets.length === 0) {
    throw new ConfigError(
      'STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET need each other: set both, or neither.',
    );
  }
  const leastMicros = microsFromDecimal(values.SLUICE_CHECKOUT_LEAST);
  const mostMicros = microsFromDecimal(values.SLUICE_CHECKOUT_MOST);
  if (leastMicros <= 0n || mostMicros < leastMicros) {
    throw new ConfigError('SLUICE_CHECKOUT_LEAST must be above 0, and SLUICE_CHECKOUT_MOST not below it.');
  }
  return { apiUrl: values.STRIPE_API_URL, secretKey, webhookSecrets, leastMicros, mostMicros };
}

/** The settings with their meaning and default, for `sluice serve --help` and the documentation. */
export function describeSettings(): { name: string; meaning: string; default: string | null }[] {
  return Object.entries(Environment.shape).map(([name, shape]) => {
    const fallback = shape.safeParse(undefined);
    const value = fallback.success && fallback.data !== undefined ? JSON.stringify(fallback.data) : null;
    return { name, meaning: shape.description ?? '', default: value };
  });
}
