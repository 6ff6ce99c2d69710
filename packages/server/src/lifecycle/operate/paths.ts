/**
 * Access paths, as operators set them up: the credential is shaped by the provider, checked by a free call, and sealed.
 * What the wallet says about parallel tasks becomes the configured limit only where the operator named none.
 */
import type { CreatePath, PriceSheet, Refusal, UpdatePath } from '@sluice/contract';
import type { z } from 'zod';
import { healthyPath } from '../../decide/health.ts';
import { newLimit } from '../../decide/limits.ts';
import type { Provider } from '../../providers/contract.ts';
import { providerById, providers } from '../../providers/registry.ts';
import type { PathChange, PathRow } from '../../store/paths.ts';
import type { Context } from '../context.ts';
import { credentialContext } from '../paths.ts';
import { record } from './actions.ts';
import { type Checked, checkCredential, concurrencyOf, keepWallet } from './wallet.ts';

export type PathAnswer = { kind: 'path'; name: string } | { kind: 'refused'; refusal: Refusal };

type Fields = Record<string, string>;
type Read<Value> = { ok: true; value: Value } | { ok: false; refusal: Refusal };

export async function createPath(
  context: Context,
  keyId: string,
  input: z.output<typeof CreatePath>,
): Promise<PathAnswer> {
  const nowMs = context.clock.now();
  const provider = providerById(input.provider);
  if (!provider) return refused(unknownProvider(input.provider));
  const terms = await readTerms(context, provider, input);
  if (!terms.ok) return refused(terms.refusal);
  const { credential, settings, priceSheet } = terms.value;
  const { name, sandbox, lost_answer: lostAnswer, regions } = input;
  if ((await findRow(context, name)) !== null) return refused(nameTaken(name));
  const baseUrl = (input.base_url ?? provider.defaultBaseUrl).replace(/\/+$/, '');
  const checked = input.check
    ? await checkCredential(context, provider, { name, baseUrl, credential, settings, nowMs })
    : null;
  if (checked?.ok === false) return refused(notChecked(checked));
  const credentialSealed = context.secrets.seal(JSON.stringify(credential), credentialContext(name));
  const row = {
    name,
    provider: provider.id,
    baseUrl,
    credentialSealed,
    settings,
    sandbox,
    priceSheet,
    lostAnswer,
    regions,
  };
  if ((await context.store.paths.insertPath(row, nowMs)) === 'exists') return refused(nameTaken(name));
  if (checked?.wallet) await keepWallet(context, name, checked.wallet);
  await addLimits(context, name, input.limits, checked);
  await record(context, keyId, 'path.created', name, { provider: provider.id, base_url: baseUrl });
  await readAgain(context);
  return { kind: 'path', name };
}

export async function updatePath(
  context: Context,
  keyId: string,
  name: string,
  change: z.output<typeof UpdatePath>,
): Promise<PathAnswer> {
  const row = await findRow(context, name);
  const provider = row && providerById(row.provider);
  if (!row || !provider) return refused({ code: 'not_found' });
  const read = await readChange(context, provider, name, change);
  if (!read.ok) return refused(read.refusal);
  await context.store.paths.updatePath(name, read.value);
  const limits = new Map(Object.entries(change.limits ?? {}));
  for (const family of familiesOf(context)) {
    const configured = limits.get(limits.has(family) ? family : '*');
    if (configured === undefined) continue;
    await context.store.limits.setConfigured({ pathName: name, family }, configured, context.clock.now());
  }
  // Whoever changes the credential or resumes a path has done something about what rested it.
  if (change.credential !== undefined || change.base_url !== undefined || change.state === 'active') {
    await context.store.paths.changeHealth(name, () => healthyPath);
    await context.store.admission.endRests(name);
  }
  await record(context, keyId, 'path.changed', name, { fields: Object.keys(change) });
  await readAgain(context);
  return { kind: 'path', name };
}

/** A free call with the stored credential. */
export async function checkPath(context: Context, name: string): Promise<Checked | null> {
  await context.paths.refresh(context.clock.now(), true);
  const path = context.paths.byName(name);
  if (!path) return null;
  const { baseUrl, credential, settings, nowMs } = path.context(context.clock.now());
  const checked = await checkCredential(context, path.provider, {
    name,
    baseUrl,
    credential,
    settings,
    nowMs,
  });
  if (checked.wallet) await keepWallet(context, name, checked.wallet);
  if (checked.ok && path.row.health === 'credentials_refused') {
    await context.store.paths.changeHealth(name, () => healthyPath);
    await readAgain(context);
  }
  return checked;
}

async function findRow(context: Context, name: string): Promise<PathRow | null> {
  return (await context.store.paths.listPaths()).find((row) => row.name === name) ?? null;
}

async function readAgain(context: Context): Promise<void> {
  await context.paths.refresh(context.clock.now(), true);
  context.wake('admit');
}

type Terms = { credential: Fields; settings: Fields; priceSheet: string | null };

async function readTerms(
  context: Context,
  provider: Provider,
  input: z.output<typeof CreatePath>,
): Promise<Read<Terms>> {
  const credential = readFields(provider.credential, input.credential, 'credential');
  if (!credential.ok) return credential;
  const settings = readFields(provider.settings, input.settings, 'settings');
  if (!settings.ok) return settings;
  const unknown = unknownFamily(context, Object.keys(input.limits));
  if (unknown) return { ok: false, refusal: unknown };
  const priceSheet = input.price_sheet ?? newestSheet(context, provider)?.id ?? null;
  if (priceSheet !== null && !(await hasSheet(context, priceSheet))) {
    return { ok: false, refusal: unknownSheet(context, priceSheet) };
  }
  return { ok: true, value: { credential: credential.value, settings: settings.value, priceSheet } };
}

async function readChange(
  context: Context,
  provider: Provider,
  name: string,
  change: z.output<typeof UpdatePath>,
): Promise<Read<PathChange>> {
  const value: PathChange = {};
  if (change.base_url !== undefined) value.baseUrl = change.base_url.replace(/\/+$/, '');
  if (change.state !== undefined) value.state = change.state;
  if (change.lost_answer !== undefined) value.lostAnswer = change.lost_answer;
  if (change.regions !== undefined) value.regions = change.regions;
  if (change.credential !== undefined) {
    const credential = readFields(provider.credential, change.credential, 'credential');
    if (!credential.ok) return credential;
    value.credential = {
      sealed: context.secrets.seal(JSON.stringify(credential.value), credentialContext(name)),
      atMs: context.clock.now(),
    };
  }
  if (change.settings !== undefined) {
    const settings = readFields(provider.settings, change.settings, 'settings');
    if (!settings.ok) return settings;
    value.settings = settings.value;
  }
  const unknown = unknownFamily(context, Object.keys(change.limits ?? {}));
  if (unknown) return { ok: false, refusal: unknown };
  if (change.price_sheet !== undefined) {
    if (!(await hasSheet(context, change.price_sheet))) {
      return { ok: false, refusal: unknownSheet(context, change.price_sheet) };
    }
    value.priceSheet = change.price_sheet;
  }
  return { ok: true, value };
}

/** Read by the provider's own schema. Its message names fields, never their values. */
function readFields(
  schema: z.ZodType<Record<string, string | undefined>>,
  given: Fields,
  field: 'credential' | 'settings',
): Read<Fields> {
  const parsed = schema.safeParse(given);
  if (parsed.success) {
    const entries = Object.entries(parsed.data).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return { ok: true, value: Object.fromEntries(entries) };
  }
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const at = [field, ...(issue?.path.map(String) ?? []), ...(unknown === undefined ? [] : [unknown])].join(
    '.',
  );
  const message = `${at}: ${issue?.message ?? 'not what this provider takes'}.`;
  return { ok: false, refusal: { code: 'invalid_input', field: at, message } };
}

/** Limits for every family of the catalogue, so that admission has a row to lock. */
async function addLimits(
  context: Context,
  pathName: string,
  given: Readonly<Record<string, number>>,
  checked: Checked | null,
): Promise<void> {
  const found = checked?.wallet ? concurrencyOf(checked.wallet) : null;
  const otherwise = Object.keys(given).length === 0 ? found : (given['*'] ?? null);
  const limits = familiesOf(context).map((family) => ({
    pathName,
    family,
    ...newLimit(given[family] ?? otherwise),
  }));
  await context.store.limits.ensure(limits, context.clock.now());
}

export function familiesOf(context: Context): string[] {
  return [...new Set(context.catalogue.models.map((model) => model.family))].sort();
}

/** Shipped sheets are named after the provider whose prices they are, or its dossier names one. */
export function newestSheet(context: Context, provider: Provider): PriceSheet | null {
  const named = context.catalogue.dossier(provider.id)?.price_sheet;
  if (named !== undefined) return context.catalogue.sheet(named);
  const own = context.catalogue.sheets.filter((sheet) => sheet.id.startsWith(`${provider.id}-`));
  return [...own].sort((a, b) => (a.valid_from < b.valid_from ? 1 : -1))[0] ?? null;
}

async function hasSheet(context: Context, id: string): Promise<boolean> {
  if (context.catalogue.sheet(id) !== null) return true;
  return (await context.store.paths.listPriceSheets()).some((sheet) => sheet.id === id);
}

function unknownFamily(context: Context, families: readonly string[]): Refusal | null {
  const known = familiesOf(context);
  const unknown = families.find((family) => family !== '*' && !known.includes(family));
  if (unknown === undefined) return null;
  const message = `There is no model family "${unknown}".`;
  return { code: 'invalid_input', field: `limits.${unknown}`, message, allowed: ['*', ...known] };
}

function unknownSheet(context: Context, id: string): Refusal {
  const allowed = context.catalogue.sheets.map((sheet) => sheet.id);
  return {
    code: 'invalid_input',
    field: 'price_sheet',
    message: `There is no price sheet "${id}".`,
    allowed,
  };
}

function unknownProvider(id: string): Refusal {
  const allowed = providers.map((provider) => provider.id);
  return { code: 'invalid_input', field: 'provider', message: `There is no provider "${id}".`, allowed };
}

function nameTaken(name: string): Refusal {
  return { code: 'conflict', field: 'name', message: `There is a path "${name}" already.` };
}

function notChecked({ detail, refusedBy }: Checked): Refusal {
  if (refusedBy === 'credential') return { code: 'invalid_input', field: 'credential', message: detail };
  return {
    code: 'conflict',
    field: 'base_url',
    message: detail,
    fix: 'Try again later, or save the path unchecked with "check": false.',
  };
}

function refused(refusal: Refusal): PathAnswer {
  return { kind: 'refused', refusal };
}
