/**
 * A gateway on the sandbox with its console, a team of three, a bit of finished traffic, and one browser: what the
 * console's tests and its pictures visit.
 */
import { join } from 'node:path';
import { ensureConsole } from '@sluice/console/build/ensure.ts';
import { type ServedStripe, serveStripe } from '@sluice/emulators';
import { type CreateKey, type CreatePlan, createSluice, type Role, type Sluice } from '@sluice/sdk';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { type Customer, type Installation, openInstallation, PATH } from '../processes/installation.ts';
import { type Receiver, startReceiver } from '../processes/receiver.ts';
import { openBrowser } from './browser.ts';
import type { Things, Who } from './pages.ts';

export type Visitor = { context: BrowserContext; page: Page; complaints: string[] };

export type House = {
  url: string;
  installation: Installation;
  /** Where cards are paid. */
  stripe: ServedStripe;
  studio: Customer;
  /** Another customer, with nothing made yet. */
  agency: Customer;
  things: Things;
  browser: Browser;
  /** A context and a page of their own, with the session of all who are like that: ending it ends it for them too. */
  visit(as: Who, options?: BrowserContextOptions): Promise<Visitor>;
  /** The same with a session of their own, signed in by a link as a person would be. */
  signIn(as: Who, options?: BrowserContextOptions): Promise<Visitor>;
  /** Before the door. */
  knock(options?: BrowserContextOptions): Promise<Visitor>;
  signInLink(as: Who): Promise<string>;
  close(): Promise<void>;
};

const MEMBERS: Record<Exclude<Who, 'operator'>, Role> = { developer: 'owner', billing: 'billing' };

const PROMPTS = [
  'a heron lifts off a misty lake, slow pan, first light',
  'a paper boat drifts down a rain gutter, macro, shallow focus',
  'neon market at night, rain on awnings, handheld',
  'an origami crane unfolds itself on a wooden desk',
];
/** A day of office hours, twice as much beside it: small enough to be simulated in a moment. */
const PLAN: CreatePlan = {
  name: 'Launch week',
  workload: {
    kind: 'described',
    tasks_per_hour: [1, 1, 1, 1, 1, 2, 4, 12, 30, 60, 75, 80, 60, 62, 78, 80, 70, 50, 25, 14, 9, 6, 3, 2],
    weekend: 0.3,
    mix: [{ model: 'kling-3.0', seconds: 5 }],
    days: 2,
  },
  variants: [{ name: '2 × the traffic', scale: 2 }],
  seeds: 1,
  search: false,
};

/** A program with a budget that one clip nearly uses up. */
function workerOf(account: string): CreateKey {
  return {
    name: 'render worker',
    account,
    budget: '0.45',
    budget_period: 'month',
  };
}

/** The emulator refuses what asks for it, as the vendor refuses what it may not make. */
const REFUSED = 'refused: what the vendor may not make [moderate]';

const STRIPE_KEY = 'sk_test_house';
export const STRIPE_SECRET = 'whsec_of_the_house';

/** Without a database it brings its own. */
export async function openHouse(databaseUrl?: string): Promise<House> {
  const built = await ensureConsole();
  if (!built.ok) throw new Error(built.reason);
  const stripe = await serveStripe({ secretKeys: [STRIPE_KEY] });
  const installation = await openInstallation({
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    emulator: { timing: { queueMs: 20, renderBaseMs: 200 } },
    settings: {
      SLUICE_DATABASE_POOL: '8',
      SLUICE_CONSOLE_DIR: built.folder,
      STRIPE_SECRET_KEY: STRIPE_KEY,
      STRIPE_WEBHOOK_SECRET: STRIPE_SECRET,
      STRIPE_API_URL: stripe.url,
    },
  });
  const { operator, gateway } = installation;
  stripe.webhook({ url: `${gateway.url}/payments/stripe`, secrets: [STRIPE_SECRET] });
  const [browser, studio] = await Promise.all([
    openBrowser(),
    installation.openAccount({ name: 'Studio North' }),
  ]);
  const agency = await installation.openAccount({ name: 'Agency Süd' });
  const members: Partial<Record<Who, string>> = {};
  for (const as of ['developer', 'billing'] as const) {
    const email = `${as}@studio.example`;
    members[as] = (
      await operator.members.create({ name: `A ${as}`, email, role: MEMBERS[as], account: studio.id })
    ).id;
  }
  const { things, receiver } = await furnish(installation, studio);
  const signInLink = async (as: Who): Promise<string> =>
    (await operator.session.createLink({ member: members[as] ?? null })).url;
  const knock: House['knock'] = async (options = {}) => watched(await browser.newContext(contextOf(options)));
  const signIn: House['signIn'] = async (as, options) => {
    const visitor = await knock(options);
    await visitor.page.goto(await signInLink(as));
    await visitor.page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    return visitor;
  };
  const sessions = new Map<Who, Promise<Kept>>();
  return {
    url: gateway.url,
    ...{ installation, stripe, studio, agency, things, browser, signInLink, knock },
    signIn,
    visit: async (as, options) => {
      const session = sessions.get(as) ?? signIn(as).then(keptSession);
      sessions.set(as, session);
      return knock({ ...options, storageState: await session });
    },
    close: async () => {
      await browser.close();
      receiver.signal('SIGTERM');
      await receiver.exited;
      await installation.close();
      await stripe.close();
    },
  };
}

type Kept = Awaited<ReturnType<BrowserContext['storageState']>>;

async function keptSession({ context }: Visitor): Promise<Kept> {
  const kept = await context.storageState();
  await context.close();
  return kept;
}

/** Nothing moves that is only there to move: a colour in transition is neither of its two. */
function contextOf(options: BrowserContextOptions): BrowserContextOptions {
  return { locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce', ...options };
}

/** What the page complains about is kept: an error in its log is one that somebody will see. */
async function watched(context: BrowserContext): Promise<Visitor> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  return { context, page, complaints };
}

/** Finished clips, one that was refused, an endpoint that heard of them, and a place where alerts are told. */
async function furnish(
  installation: Installation,
  studio: Customer,
): Promise<{ things: Things; receiver: Receiver }> {
  const { sluice } = studio;
  const { folder, logFile } = installation;
  const receiver = await startReceiver({ log: join(folder, 'received.jsonl'), logFile });
  const endpoint = await sluice.webhooks.create({
    url: `${receiver.url}/hook`,
    description: 'the cutting room',
  });
  const pager = await installation.operator.webhooks.create({
    url: `${receiver.url}/pager`,
    types: ['alert.raised', 'alert.cleared'],
    description: 'the pager of whoever is on call',
    least_severity: 'critical',
  });
  await installation.operator.webhooks.test(pager.id);
  const clips = [];
  const worker = await installation.operator.keys.create(workerOf(studio.id));
  const [first = '', ...others] = PROMPTS;
  const { url } = installation.gateway;
  clips.push(await finished(createSluice({ baseUrl: url, apiKey: worker.key }), first));
  for (const prompt of others) clips.push(await finished(sluice, prompt));
  const refused = await finished(sluice, REFUSED);
  const plan = await installation.operator.plans.create(PLAN);
  const planned = await installation.operator.plans.wait(plan.id, { signal: AbortSignal.timeout(60_000) });
  if (planned.error !== null) throw new Error(planned.error);
  const things = {
    planId: plan.id,
    taskId: clips[0] ?? '',
    failedTaskId: refused,
    endpointId: endpoint.id,
    path: PATH,
  };
  return { things, receiver };
}

async function finished(sluice: Sluice, prompt: string): Promise<string> {
  const { id } = await sluice.tasks.create({ model: 'kling-3.0', prompt, duration: 5, quality: '720p' });
  await sluice.tasks.wait(id, { signal: AbortSignal.timeout(60_000) });
  return id;
}
