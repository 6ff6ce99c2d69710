/** Which account is recorded, as the command line gives it: provider, credential, settings, address. */
import { readFileSync } from 'node:fs';
import type { Subject } from '@sluice/server/providers/conformance/subject.ts';
import type { PathContext, Provider } from '@sluice/server/providers/contract.ts';
import { providerById, providers } from '@sluice/server/providers/registry.ts';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { subjectOf } from '../subjects.ts';

export type Recording = {
  provider: Provider;
  subject: Subject;
  path: Omit<PathContext, 'nowMs'>;
  /** The subject's path that the account is like. */
  like: string;
  /** Over the subject's plain order. */
  order: Record<string, unknown>;
  pay: boolean;
  everyMs: number;
  giveUpMs: number;
  out: string;
};

export class WrongUsage extends Error {}

const FIXTURES = new URL('../../packages/server/src/providers/', import.meta.url);

export function readRecording(argv: readonly string[]): Recording {
  const { values, provider: id } = parseOptions(argv);
  const provider = providerById(id);
  if (!provider) {
    throw new WrongUsage(`Name one provider: ${providers.map((each) => each.id).join(', ')}.`);
  }
  const subject = subjectOf(provider);
  const credential = credentialOf(provider, textIn(values.credential));
  const like = values.like ?? mostAlike(subject, credential);
  if (!Object.hasOwn(subject.paths, like)) {
    throw new WrongUsage(`--like is one of ${Object.keys(subject.paths).join(', ')}.`);
  }
  const baseUrl = (values.baseUrl ?? provider.defaultBaseUrl).replace(/\/+$/, '');
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new WrongUsage('--base-url is needed: an address that starts with https://.');
  }
  const pairs = values.setting.map(pairOf);
  const settings = given('setting', provider.settings, Object.fromEntries(pairs));
  return {
    provider,
    subject,
    like,
    path: {
      name: 'recording',
      baseUrl,
      credential,
      settings,
    },
    order: values.order === undefined ? {} : objectIn(readText(values.order, '--order'), '--order'),
    pay: values.pay,
    everyMs: 1000 * positive('every', values.every),
    giveUpMs: 60_000 * positive('patience', values.patience),
    out: values.out ?? new URL(`${folderOf(provider)}/fixtures`, FIXTURES).pathname,
  };
}

/** The first whose credential has the same fields. */
function mostAlike({ paths }: Subject, credential: PathContext['credential']): string {
  const fieldsOf = (fields: PathContext['credential']) =>
    Object.keys(fields)
      .filter((name) => fields[name] !== undefined)
      .sort()
      .join();
  const alike = Object.entries(paths).find(([, path]) => fieldsOf(path.credential) === fieldsOf(credential));
  return alike?.[0] ?? Object.keys(paths)[0] ?? '';
}

type Options = {
  credential: string;
  baseUrl?: string;
  setting: string[];
  like?: string;
  order?: string;
  pay: boolean;
  every: string;
  patience: string;
  out?: string;
};

const gather = (text: string, all: string[]): string[] => [...all, text];

export function commandLine(): Command {
  return new Command('npm run record --')
    .description(
      'Asks a live account and keeps its answers, redacted, as documents for the exam. Free questions are asked at ' +
        'once; the one paid order only after a yes on a terminal, or with --pay.',
    )
    .argument('<provider>', providers.map(({ id }) => id).join(', '))
    .requiredOption(
      '--credential <file>',
      "JSON of the provider's fields, or its only field; - is standard input",
    )
    .option('--base-url <url>', "instead of the vendor's documented host; may be an address of this machine")
    .option('--setting <name=text>', 'a setting of the provider; may be repeated', gather, [])
    .option('--like <path>', "which of the exam's paths the account is like (default: by the credential)")
    .option('--order <file>', 'JSON over the plain order of the exam, e.g. {"model":"kling-3.0","seconds":5}')
    .option('--pay', 'order once without asking', false)
    .option('--every <seconds>', 'between two questions', '10')
    .option('--patience <minutes>', 'after which it stops asking', '30')
    .option('--out <folder>', 'instead of the fixtures of the provider');
}

/** Nothing is printed and nothing ends here but the help that somebody asked for. */
function parseOptions(argv: readonly string[]): { values: Options; provider: string } {
  const program = commandLine()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
    throw new WrongUsage(error.message.replace(/^error: /, ''));
  }
  return { values: program.opts<Options>(), provider: program.args[0] ?? '' };
}

/** Profiles of one family share the folder of the family. */
function folderOf({ id }: Provider): string {
  return id === 'gptimage2' ? 'evolink' : id;
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new WrongUsage(`--setting ${text.slice(0, 20)}: write name=text.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function textIn(file: string): string {
  return readText(file === '-' ? 0 : file, '--credential');
}

function readText(file: string | 0, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new WrongUsage(`${what}: the file cannot be read.`);
  }
}

function credentialOf(provider: Provider, text: string): Record<string, string | undefined> {
  const trimmed = text.trim();
  if (trimmed === '') throw new WrongUsage('--credential: there is nothing in it.');
  if (trimmed.startsWith('{'))
    return given('credential', provider.credential, objectIn(trimmed, 'The credential'));
  const field = ['api_key', 'api_token', 'token'].find(
    (name) => provider.credential.safeParse({ [name]: trimmed }).success,
  );
  if (!field)
    throw new WrongUsage('The credential is no JSON object, and not the only field of this provider.');
  return { [field]: trimmed };
}

/** Names the field at fault, never its value. */
function given(
  what: string,
  schema: Provider['credential'],
  fields: Record<string, unknown>,
): Record<string, string | undefined> {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new WrongUsage(
    `The ${what} does not fit: ${[...(issue?.path ?? [])].join('.')} ${issue?.message ?? ''}`,
  );
}

function objectIn(text: string, what: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new WrongUsage(`${what} is no JSON object.`);
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new WrongUsage(`--${name} is a number above 0.`);
}

/** What may be seen nowhere: the credential, and settings whose name says that they are secret. */
export function secretsOf({ credential, settings }: Recording['path']): string[] {
  const secret = Object.entries(settings).filter(([name]) => /key|token|secret|password/i.test(name));
  return [...Object.values(credential), ...secret.map(([, value]) => value)].flatMap((value) => value ?? []);
}
