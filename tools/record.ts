/**
 * Records a live account for the exam: what the vendor really answers, redacted, as documents beside those that were
 * written from its pages. `npm run record` says how. What it keeps is read by a person before it is committed.
 *
 * One order is paid for, once, and only when somebody said so. If we die or its answer is lost, nothing is sent again:
 * the vendor's console shows whether it was taken, and the file holds what was heard until then.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { pathToFileURL } from 'node:url';
import { Order } from '@sluice/contract';
import { loadCatalogue } from '@sluice/server/catalogue/catalogue.ts';
import { quote } from '@sluice/server/decide/pricing.ts';
import { readCatalogueFiles } from '@sluice/server/effects/catalogue/read.ts';
import { realClock } from '@sluice/server/effects/clock/real.ts';
import { createOutbound } from '@sluice/server/effects/outbound/real.ts';
import { newId } from '@sluice/server/effects/random/id.ts';
import { realRandom } from '@sluice/server/effects/random/real.ts';
import { canFind } from '@sluice/server/providers/conformance/play.ts';
import type { Observation, PathContext, StoredHandle } from '@sluice/server/providers/contract.ts';
import { createDrive, type Drive } from '@sluice/server/providers/drive.ts';
import { CommanderError } from 'commander';
import { type Recording, readRecording, secretsOf, WrongUsage } from './record/account.ts';
import {
  documentOf,
  type Heard,
  listening,
  type Recorded,
  surprises,
  type Taken,
} from './record/documents.ts';
import { redactorOf } from './record/redact.ts';

type Session = {
  recording: Recording;
  drive: Drive;
  order: Order;
  correlationId: string;
  taken: Taken[];
  /** The vendor's id of the task, once known. */
  upstreamId: string | null;
};

type Kept = { file: string | null; documents: Recorded[]; leftOut: { name: string; why: string }[] };

const ENDS = ['succeeded', 'failed', 'canceled', 'expired'];

async function record(recording: Recording): Promise<number> {
  const { provider, subject } = recording;
  const outbound = createOutbound({
    clock: realClock,
    allow: { configured: [new URL(recording.path.baseUrl).host], given: [] },
    allowHttp: false,
  });
  const session: Session = {
    recording,
    drive: createDrive({ outbound, clock: realClock }),
    order: Order.parse({ ...subject.plainOrder, ...recording.order }),
    correlationId: newId('att', realClock.now(), realRandom),
    taken: [],
    upstreamId: null,
  };
  try {
    const supported = provider.supports(session.order, at(recording));
    if (!supported.ok)
      throw new WrongUsage(`${provider.id} cannot do this order: ${supported.field}, ${supported.reason}`);
    await askBalance(session);
    if (!(await mayPay(session))) {
      say('Nothing was ordered. Recorded what is free.');
      return 0;
    }
    const handle = await orderOnce(session);
    return handle === null ? 1 : await follow(session, handle);
  } finally {
    tell(write(session), subject);
    await outbound.close();
  }
}

const at = ({ path }: Recording): PathContext => ({ ...path, nowMs: realClock.now() });

async function askBalance({ recording, drive, taken }: Session): Promise<void> {
  const heard: Heard[] = [];
  const { outcome } = await drive.run(
    listening(recording.provider.balance(at(recording)), heard),
    at(recording),
  );
  taken.push({ name: 'balance', operation: 'balance', heard, outcome });
  say(`Asked for what is left: ${outcome.kind === 'question_failed' ? outcome.message : outcome.kind}.`);
  if (outcome.kind === 'question_failed' && outcome.class === 'credentials') {
    throw new WrongUsage('The vendor refuses this credential; nothing was ordered.');
  }
}

async function mayPay({ recording, order }: Session): Promise<boolean> {
  const { provider, path, pay } = recording;
  const what = `${order.model}, ${order.seconds ?? '?'} s, ${order.resolution}`;
  say(`One order of ${what}, to ${path.baseUrl}: ${priceOf(provider.id, order)}.`);
  if (pay) return true;
  if (!process.stdin.isTTY) {
    say('It is paid, so it is not sent without --pay.');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const said = await terminal.question('This is a PAID order at a live account. Type yes to send it once: ');
  terminal.close();
  return said.trim().toLowerCase() === 'yes';
}

/** Of the newest shipped sheet that is named after the provider. */
function priceOf(provider: string, order: Order): string {
  const catalogue = loadCatalogue(readCatalogueFiles());
  const model = catalogue.model(order.model)?.model;
  const [sheet] = catalogue.sheets
    .filter(({ id }) => id.startsWith(`${provider}-`))
    .sort((one, other) => (one.valid_from < other.valid_from ? 1 : -1));
  const priced = model && sheet ? quote(order, model, sheet, { markupPercent: 0, currency: 'USD' }) : null;
  if (!sheet || !priced?.ok) return 'no price is known here, so look at the vendor’s before you say yes';
  return `up to ${Number(priced.maximumMicros) / 1_000_000} USD by ${sheet.id}`;
}

/** The one paid request. Null: there is nothing to follow. */
async function orderOnce(session: Session): Promise<StoredHandle | null> {
  const { recording, drive, order, correlationId, taken } = session;
  const heard: Heard[] = [];
  const ids = { correlationId, callbackUrl: null, startBeforeMs: null };
  const submit = recording.provider.submit(at(recording), order, ids);
  const { outcome } = await drive.runSubmit(listening(submit, heard), at(recording));
  taken.push({ name: `submit-${outcome.kind}`, operation: 'submit', heard, outcome });
  if (outcome.kind === 'accepted') {
    session.upstreamId = outcome.upstreamId;
    say(`Accepted as ${outcome.upstreamId}.`);
    write(session);
    return { attemptId: 'attempt-1', correlationId, handle: outcome.handle };
  }
  if (outcome.kind === 'unknown') {
    say(`The answer is lost (${outcome.reason}). It may have been accepted: look at the vendor's console.`);
    say('Nothing is sent again.');
  } else
    say(
      `Not accepted: ${outcome.kind === 'refused' ? `${outcome.class}, ${outcome.message}` : outcome.reason}.`,
    );
  return null;
}

/** Asks until its end; each new word is a document. */
async function follow(session: Session, handle: StoredHandle): Promise<number> {
  const { recording, drive, correlationId, order, taken } = session;
  const { provider, everyMs, giveUpMs } = recording;
  const sentAtMs = realClock.now();
  const words = new Set<string>();
  for (;;) {
    const heard: Heard[] = [];
    const { outcome } = await drive.run(
      listening(provider.observe(at(recording), [handle]), heard),
      at(recording),
    );
    const seen = outcome.kind === 'observed' ? outcome.observations.get(handle.attemptId) : undefined;
    const word = seen ? nameOf(seen) : outcome.kind;
    if (!words.has(word)) {
      words.add(word);
      taken.push({ name: `task-${word}`, operation: 'observe', heard, outcome });
      say(`It is ${word}.`);
      write(session);
    }
    if (seen && ENDS.includes(seen.status)) break;
    if (realClock.now() - sentAtMs > giveUpMs) {
      say(`No end yet. It goes on at the vendor as ${session.upstreamId}.`);
      return 1;
    }
    await realClock.sleep(everyMs);
  }
  if (!canFind(provider.abilities)) return 0;
  const heard: Heard[] = [];
  const found = provider.find(at(recording), [{ correlationId, order, sentAtMs }]);
  const { outcome } = await drive.run(listening(found, heard), at(recording));
  taken.push({ name: 'find', operation: 'find', heard, outcome });
  return 0;
}

function nameOf({ status, word }: Observation): string {
  const said = word.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return said === '' || said === status ? status : `${status}-${said}`;
}

/** Everything so far, anew each time: what is on the disk is whole whenever we stop. */
function write({ recording, correlationId, upstreamId, taken, order }: Session): Kept {
  const { subject, path, provider, out } = recording;
  const names = new Map([[correlationId, subject.ids.correlationId]]);
  if (upstreamId !== null) names.set(upstreamId, subject.upstreamId);
  const redact = redactorOf({ names, secrets: secretsOf(path), own: [order.model, order.prompt] });
  const read = new Date(realClock.now()).toISOString().slice(0, 10);
  const frame = { subject, path: recording.like, redact, read, host: new URL(path.baseUrl).hostname };
  const made = taken.map((each) => documentOf(each, frame));
  const documents = made.flatMap((each) => (each.kind === 'document' ? [each.document] : []));
  const leftOut = made.flatMap((each) => (each.kind === 'left_out' ? [each] : []));
  if (documents.length === 0) return { file: null, documents, leftOut };
  mkdirSync(out, { recursive: true });
  const file = join(out, `recorded-${provider.id}-${read}.json`);
  writeFileSync(file, `${JSON.stringify(documents.map(written), null, 2)}\n`);
  return { file, documents, leftOut };
}

function written({ name, source, read, path, operation, status, headers, body, expect }: Recorded) {
  return { name, source, read, path, operation, status, headers, body, expect };
}

function tell({ file, documents, leftOut }: Kept, subject: Recording['subject']): void {
  for (const { name, why } of leftOut) say(`left out: ${name}, ${why}`);
  if (file === null) return;
  for (const line of surprises(documents, subject)) say(`new to our documents: ${line}`);
  say(`${documents.length} documents in ${file}, each leads to its outcome again.`);
  say('Read it before you commit it: what a program takes for harmless may not be.');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<number> {
  try {
    return await record(readRecording(process.argv.slice(2)));
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof WrongUsage)) throw error;
    say(`${error.message}\nSee npm run record -- --help`);
    return 2;
  }
}

const started = process.argv[1];
if (started && import.meta.url === pathToFileURL(started).href) process.exitCode = await main();
