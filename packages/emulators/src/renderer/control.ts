/** `/__emulator/...`: what a test over HTTP may see and change. No part of any vendor's API. */
import { type EmulatorAnswer, textAnswer } from '../exchange.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import { type FaultAt, type FaultPoint, type Faults, faultPoints } from './faults.ts';
import type { Call, World } from './world.ts';

export function control<Order>(world: World<Order>, call: Call, now: number): EmulatorAnswer {
  const body = call.body.length === 0 ? {} : readJson(new TextDecoder().decode(call.body));
  switch (`${call.method} ${call.path.slice('/__emulator/'.length)}`) {
    case 'GET state':
      return answer(200, describe(world, now));
    case 'GET accepts':
      return answer(200, { accepts: world.accepts.map((accept) => ({ ...accept })) });
    case 'POST faults': {
      const problem = script(world.faults, body);
      return problem === null ? answer(200, { faults: pending(world.faults) }) : answer(400, { problem });
    }
    case 'POST timing': {
      const problem = change(world.timing, body);
      return problem === null ? answer(200, describe(world, now)) : answer(400, { problem });
    }
    default:
      return answer(404, { problem: 'GET state or accepts; POST faults or timing' });
  }
}

function describe<Order>(world: World<Order>, now: number): JsonObject {
  return {
    now,
    accepts: world.accepts.length,
    timing: { ...world.timing },
    faults: pending(world.faults),
    tasks: [...world.jobs.all.values()].map(({ id, account, state, createdAt, endsAt }) => ({
      id,
      account,
      state,
      createdAt,
      endsAt,
    })),
  };
}

function pending(faults: Faults): Json {
  return faults.pending().map(({ at, fault, times }) => ({
    at,
    fault: readJson(JSON.stringify(fault)) ?? null,
    times: Number.isFinite(times) ? times : 'always',
  }));
}

/** What each fault needs, so that a script with a slip in it is refused and not half done. */
const shapes: { [P in FaultPoint]: Record<string, Record<string, 'string' | 'number'>> } = {
  create: exchangeShapes(),
  query: { ...exchangeShapes(), hide: {} },
  balance: exchangeShapes(),
  task: {
    fail: {},
    cancel: {},
    'never-finish': {},
    short: { seconds: 'number' },
    'slow-render': { factor: 'number' },
    'unknown-word': { word: 'string', reads: 'number' },
    'late-link': { reads: 'number' },
  },
  output: {
    dead: { status: 'number' },
    cut: { share: 'number' },
    truncated: { share: 'number' },
    'wrong-type': {},
    slow: { ms: 'number' },
  },
  callback: {
    lost: {},
    duplicate: { times: 'number' },
    late: { ms: 'number' },
    stale: { ageMs: 'number' },
    forged: { word: 'string' },
    altered: { word: 'string' },
  },
};

function exchangeShapes(): Record<string, Record<string, 'string' | 'number'>> {
  return {
    refuse: { code: 'string' },
    drop: {},
    slow: { ms: 'number' },
    html: {},
    answer: { status: 'number', contentType: 'string', body: 'string' },
  };
}

/** `{ "clear": true, "next": [{ "at", "fault", "times" }] }`; `times` may be "always". */
function script(faults: Faults, wish: Json | undefined): string | null {
  if (!isObject(wish)) return 'the script must be an object';
  const { next = [] } = wish;
  if (!Array.isArray(next)) return 'next: must be an array';
  const entries: { at: FaultPoint; fault: FaultAt[FaultPoint]; times: number }[] = [];
  for (const entry of next) {
    const read = readEntry(entry);
    if (typeof read === 'string') return read;
    entries.push(read);
  }
  if (wish.clear === true) faults.clear();
  for (const { at, fault, times } of entries) faults.next(at, fault, times);
  return null;
}

function readEntry(entry: Json): { at: FaultPoint; fault: FaultAt[FaultPoint]; times: number } | string {
  if (!isObject(entry)) return 'next: an entry must be an object';
  const at = faultPoints.find((point) => point === entry.at);
  if (at === undefined) return `at: one of ${faultPoints.join(', ')}`;
  const { fault } = entry;
  if (!isFault(at, fault))
    return `fault: at ${at} do is one of ${Object.keys(shapes[at]).join(', ')}, with its fields`;
  const { times = 1 } = entry;
  if (times !== 'always' && !(typeof times === 'number' && times >= 1))
    return 'times: a number from 1, or "always"';
  return { at, fault, times: times === 'always' ? Number.POSITIVE_INFINITY : times };
}

function isFault<P extends FaultPoint>(at: P, value: unknown): value is FaultAt[P] {
  if (typeof value !== 'object' || value === null || !('do' in value) || typeof value.do !== 'string')
    return false;
  const needs = Object.hasOwn(shapes[at], value.do) ? shapes[at][value.do] : undefined;
  if (needs === undefined) return false;
  const given = new Map<string, unknown>(Object.entries(value));
  return Object.entries(needs).every(([name, kind]) => typeof given.get(name) === kind);
}

function change(timing: object, wish: Json | undefined): string | null {
  if (!isObject(wish)) return 'the timing must be an object';
  for (const [name, value] of Object.entries(wish)) {
    if (!Object.hasOwn(timing, name)) return `${name}: there is no such setting`;
    if (typeof value !== 'number' || value < 0) return `${name}: a number from 0`;
  }
  Object.assign(timing, wish);
  return null;
}

function answer(status: number, body: JsonObject): EmulatorAnswer {
  return textAnswer(status, 'application/json', writeJson(body));
}
