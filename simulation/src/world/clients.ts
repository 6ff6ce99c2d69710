/**
 * The clients of a world: they create, lose answers, repeat with and without a key, cancel, and remember what they were
 * told. They know nothing but the answers, as real ones do.
 */
import { createHash } from 'node:crypto';
import type { CreateGeneration, Refusal } from '@sluice/contract';
import type { Clock } from '@sluice/server/effects/clock/clock.ts';
import { type Accepted, acceptTasks, type Caller, markAnswered } from '@sluice/server/lifecycle/1-accept.ts';
import { cancelTask } from '@sluice/server/lifecycle/cancel.ts';
import type { Dice } from '../dice.ts';
import { ask } from './ask.ts';
import type { Climate } from './climate.ts';
import type { Node } from './node.ts';
import { drawOrder } from './orders.ts';

/** One wish of a client, however often it is sent. */
export type Intent = {
  name: string;
  caller: Caller;
  /** Null: sent without an Idempotency-Key. */
  requestKey: string | null;
  orders: readonly CreateGeneration[];
  /** When its first request left. */
  firstAtMs: number | null;
  /** Ids that the client was given; null: it was never told. */
  told: readonly string[] | null;
  /** Answers that did not fit each other. */
  refusals: Refusal[];
  canceled: boolean;
  /** It gave up on a request that a node may still carry out, after the repeat was answered. */
  gaveUp: boolean;
  /** The client has stopped trying. */
  over: boolean;
};

export type Clients = {
  intents: readonly Intent[];
  /** Ids that some client holds an answer for. */
  acknowledged: ReadonlySet<string>;
  /** Starts everybody; resolves when the last wish was sent and answered, or given up. */
  run(): Promise<void>;
};

export type ClientParts = {
  clock: Clock;
  dice: Dice;
  climate: Climate;
  callers: readonly Caller[];
  /** A node that takes requests, or null while none does. */
  anyNode(): Node | null;
  hit(point: string): void;
  onIntent(intent: Intent): void;
  /** Somebody asked for a task of another account. */
  onForeign(answer: string): void;
  onCrash(error: unknown): void;
};

const PATIENCE_MS = 20_000;
const TRIES_MOST = 6;

export function createClients(parts: ClientParts): Clients {
  const { clock, dice, climate, callers, anyNode, hit } = parts;
  const intents: Intent[] = [];
  const acknowledged = new Set<string>();

  async function wish(number: number): Promise<void> {
    await clock.sleep(dice.whole(0, climate.faultsUntilMs * 0.6));
    const intent = drawIntent(parts, number);
    intents.push(intent);
    parts.onIntent(intent);
    // Some clients send the same keyed request from two places at once.
    const twice = intent.requestKey !== null && dice.chance(0.1);
    await Promise.all([create(intent), twice ? create(intent) : null]);
    intent.over = true;
    if (intent.told !== null) await follow(intent, intent.told);
  }

  async function create(intent: Intent): Promise<void> {
    for (let tries = 1; tries <= TRIES_MOST; tries += 1) {
      const node = anyNode();
      if (node && (await createOnce(intent, node, tries)) === 'settled') return;
      hit('client repeats a create');
      await clock.sleep(dice.whole(100, intent.requestKey === null ? 4_000 : 20_000));
      // A keyless repeat after the joining window would be a new wish.
      const late = intent.firstAtMs !== null && clock.now() - intent.firstAtMs > 25_000;
      if (intent.requestKey === null && late) return;
    }
  }

  async function createOnce(intent: Intent, node: Node, tries: number): Promise<'settled' | 'again'> {
    intent.firstAtMs ??= clock.now();
    const { caller, orders, requestKey } = intent;
    const marked = tries > 1 && dice.chance(0.3);
    const options = { requestKey, requestHash: hashOf(orders), marked, batch: orders.length > 1 };
    const patience = clock.sleep(PATIENCE_MS);
    const asked = await ask(node, (context) => acceptTasks(context, caller, orders, options), patience);
    if (asked.kind === 'failed') parts.onCrash(asked.error);
    if (asked.kind === 'gave_up') intent.gaveUp = true;
    if (asked.kind !== 'answered') return 'again';
    if (dice.chance(climate.clients.lostAnswerRate)) {
      hit('client loses an answer');
      return 'again';
    }
    return hear(intent, node, asked.answer);
  }

  async function hear(intent: Intent, node: Node, answer: Accepted): Promise<'settled' | 'again'> {
    if (answer.kind === 'refused') {
      hit(`refused ${answer.refusal.code}`);
      intent.refusals.push(answer.refusal);
      return answer.refusal.code === 'storage_full' ? 'again' : 'settled';
    }
    hit(`create ${answer.kind}`);
    for (const id of answer.taskIds) acknowledged.add(id);
    intent.told = answer.taskIds;
    void ask(node, (context) => markAnswered(context, answer.taskIds), clock.sleep(PATIENCE_MS));
    return 'settled';
  }

  async function follow(intent: Intent, taskIds: readonly string[]): Promise<void> {
    if (!dice.chance(climate.clients.cancelRate)) return;
    await clock.sleep(dice.whole(0, 90_000));
    for (const taskId of taskIds) {
      const node = anyNode();
      if (!node) continue;
      if (dice.chance(0.2)) await trespass(intent, node, taskId);
      const { accountId } = intent.caller;
      const call = ask(node, (context) => cancelTask(context, accountId, taskId), clock.sleep(PATIENCE_MS));
      const asked = await call;
      intent.canceled = true;
      if (asked.kind === 'answered') hit(`cancel ${asked.answer}`);
      if (asked.kind === 'failed') parts.onCrash(asked.error);
    }
  }

  async function trespass(intent: Intent, node: Node, taskId: string): Promise<void> {
    const other = callers.find((caller) => caller.accountId !== intent.caller.accountId);
    if (!other) return;
    const asked = await ask(
      node,
      (context) => cancelTask(context, other.accountId, taskId),
      clock.sleep(PATIENCE_MS),
    );
    if (asked.kind === 'answered') parts.onForeign(asked.answer);
  }

  return {
    intents,
    acknowledged,
    run: async () => {
      await Promise.all(Array.from({ length: climate.intents }, (_, number) => wish(number)));
    },
  };
}

function drawIntent({ clock, dice, climate, callers }: ClientParts, number: number): Intent {
  const name = `wish-${number}`;
  const { keyedShare, batchShare, limitedShare } = climate.clients;
  const paths = climate.paths?.map((path) => path.name) ?? null;
  const size = dice.chance(batchShare) ? dice.whole(2, 5) : 1;
  const nowMs = clock.now();
  return {
    name,
    caller: dice.pick(callers),
    requestKey: dice.chance(keyedShare) ? `key-of-${name}` : null,
    orders: Array.from({ length: size }, () => drawOrder(dice, name, nowMs, limitedShare, paths)),
    firstAtMs: null,
    told: null,
    refusals: [],
    canceled: false,
    gaveUp: false,
    over: false,
  };
}

function hashOf(orders: readonly CreateGeneration[]): string {
  return createHash('sha256').update(JSON.stringify(orders)).digest('hex');
}
