/**
 * The emulator as one object: requests in, answers out, nothing but the given clock and randomness
 * behind it.
 */
import { type Emulator, type EmulatorReply, type EmulatorRequest, isDrop } from '../exchange.ts';
import { createClipMaker } from '../media/clip.ts';
import { createAccount } from './account.ts';
import { createAnswers } from './answers.ts';
import { createCallbackDesk, type KlingCallback } from './callbacks.ts';
import { control } from './control.ts';
import { createFaults, type KlingFaults } from './faults.ts';
import { makeLinks, serveOutput, serveSample } from './outputs.ts';
import { answerApi } from './routes.ts';
import { defaultSettings, defaultTiming, type KlingSettings, type KlingTiming } from './settings.ts';
import { advance, createState, type KlingState, nextChangeAt } from './state.ts';
import type { KlingAccept, KlingExchange, KlingOptions, World } from './world.ts';

export type KlingEmulator = Emulator & {
  handle(request: EmulatorRequest): Promise<EmulatorReply>;
  /**
   * When the next task changes by itself or the next callback is due; null: nothing will happen by
   * itself.
   */
  nextChange(): number | null;
  /**
   * The callbacks that are due now; each is handed out once (a refused one comes back, see
   * `callbackAnswered`).
   */
  dueCallbacks(): KlingCallback[];
  /** Reports the receiver's status (null: no answer). Optional; without it a callback counts as received. */
  callbackAnswered(id: string, status: number | null): void;
  faults: KlingFaults;
  /** Every task taken on, in order. Grows only. */
  accepts: readonly KlingAccept[];
  exchanges: readonly KlingExchange[];
  /** May be changed at any time. */
  timing: KlingTiming;
  settings: KlingSettings;
  state: KlingState;
};

const outputLifeMs = 30 * 24 * 3_600_000;
const mostExchanges = 5_000;

export function createKling(options: KlingOptions): KlingEmulator {
  const world = createWorld(options);
  const answers = createAnswers(options.random);

  const reply = (request: EmulatorRequest): Promise<EmulatorReply> | EmulatorReply => {
    const now = world.catchUp();
    const url = readUrl(request.url);
    const file = { ...request, path: url.pathname, query: url.searchParams };
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (url.pathname.startsWith('/__emulator/')) return control(world, file, now);
    if (isRead && url.pathname.startsWith('/outputs/')) return serveOutput(world, file, now);
    if (isRead && url.pathname.startsWith('/samples/')) return serveSample(file);
    return answerApi(world, answers, request, url, now);
  };

  return {
    async handle(request) {
      const answer = await reply(request);
      const { pathname } = readUrl(request.url);
      const at = world.clock.now();
      note(world, {
        at,
        method: request.method,
        path: pathname,
        status: isDrop(answer) ? null : answer.status,
      });
      if (!isDrop(answer)) answer.headers.date = new Date(at).toUTCString();
      return answer;
    },
    nextChange() {
      const times = [nextChangeAt(world.state), world.callbacks.nextAt()].filter((at) => at !== null);
      return times.length === 0 ? null : Math.min(...times);
    },
    dueCallbacks: () => world.callbacks.due(world.catchUp()),
    callbackAnswered: (id, status) => world.callbacks.report(id, status, world.clock.now()),
    faults: world.faults,
    accepts: world.accepts,
    exchanges: world.exchanges,
    timing: world.timing,
    settings: world.settings,
    state: world.state,
  };
}

/** A target that is no address at all (`//`) is an unknown path. */
function readUrl(target: string): URL {
  const base = 'http://emulator.invalid';
  return new URL(URL.canParse(target, base) ? target : '/?', base);
}

function createWorld(options: KlingOptions): World {
  const { clock, random } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const settings = { ...defaultSettings, ...options.settings };
  const faults = createFaults(random, options.faults);
  const linkSecret = random.bytes(16);
  const lifeMs = options.outputs?.lifeMs ?? outputLifeMs;
  const links: World['links'] = (task) => makeLinks(options.publicUrl, linkSecret, task, lifeMs);
  const accounts = options.accounts.map((account, at) => createAccount(account, at + 1, clock.now()));
  const callbacks = createCallbackDesk({ settings, timing, faults, random, links });
  const state = createState(accounts);
  const accepts: KlingAccept[] = [];
  return {
    clock,
    random,
    state,
    timing,
    settings,
    faults,
    callbacks,
    clips: options.outputs?.clips ?? createClipMaker(),
    stillClips: options.outputs?.still ?? false,
    links,
    linkSecret,
    fetchInput: options.fetchInput ?? null,
    accepts,
    exchanges: [],
    accepted(accept) {
      accepts.push(accept);
      options.onAccept?.(accept);
    },
    catchUp() {
      const now = clock.now();
      advance(state, now, settings.holdRenders, (change) => {
        const account = accounts.find((known) => known.name === change.task.account);
        if (account !== undefined) callbacks.changed(change, account);
      });
      return now;
    },
  };
}

function note(world: World, exchange: KlingExchange): void {
  if (exchange.path.startsWith('/__emulator/')) return;
  world.exchanges.push(exchange);
  if (world.exchanges.length > mostExchanges) world.exchanges.splice(0, mostExchanges / 2);
}
