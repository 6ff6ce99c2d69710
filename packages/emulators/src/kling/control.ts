/** `/__emulator/...`: what a test over HTTP may see and change. No part of the vendor's API. */
import { type EmulatorAnswer, textAnswer } from '../exchange.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import { createPack, packStatus } from './account.ts';
import { applyFaultScript } from './read-fault.ts';
import { formatUnits } from './units.ts';
import type { KlingExchange, World } from './world.ts';

type ControlRequest = { method: string; path: string; body: Uint8Array };

export function control(world: World, request: ControlRequest, now: number): EmulatorAnswer {
  const body = request.body.length === 0 ? {} : readJson(new TextDecoder().decode(request.body));
  switch (`${request.method} ${request.path.slice('/__emulator/'.length)}`) {
    case 'GET state':
      return answer(200, describe(world, now));
    case 'GET accepts':
      return answer(200, { accepts: world.accepts.map((accept) => ({ ...accept })) });
    case 'GET log':
      return answer(200, { exchanges: world.exchanges.map((exchange: KlingExchange) => ({ ...exchange })) });
    case 'POST faults': {
      const problem = applyFaultScript(world.faults, body);
      return problem === null ? answer(200, { pending: pendingFaults(world) }) : answer(400, { problem });
    }
    case 'POST settings': {
      const problem = isObject(body) ? changeSettings(world, body, now) : 'the settings must be an object';
      return problem === null ? answer(200, describe(world, now)) : answer(400, { problem });
    }
    default:
      return answer(404, { problem: 'GET state, accepts or log; POST faults or settings' });
  }
}

function describe(world: World, now: number): JsonObject {
  return {
    now,
    accepts: world.accepts.length,
    timing: { ...world.timing },
    settings: { ...world.settings, callbackStatuses: [...world.settings.callbackStatuses] },
    faults: pendingFaults(world),
    accounts: world.state.accounts.map((account) => ({
      name: account.name,
      packs: account.packs.map((pack) => ({
        id: pack.id,
        name: pack.name,
        type: pack.type,
        status: packStatus(pack, now),
        units: formatUnits(pack.remaining),
        concurrency: pack.concurrency,
      })),
    })),
    tasks: [...world.state.tasks.values()].map((task) => ({
      id: task.id,
      account: task.account,
      externalId: task.externalId,
      endpoint: task.endpoint,
      model: task.model,
      version: task.version,
      status: task.status,
      createdAt: task.createdAt,
      updatedAt: task.updatedAt,
      endsAt: task.endsAt,
      failure: task.failure,
      charged: formatUnits(task.charged),
    })),
  };
}

function pendingFaults(world: World): Json {
  return world.faults.pending().map(({ at, fault, times }) => ({
    at,
    fault: readJson(JSON.stringify(fault)) ?? null,
    times: Number.isFinite(times) ? times : 'always',
  }));
}

/**
 * `{ timing: {...}, settings: {...}, packs: [{ account, name, type, units, concurrency }] }`, each
 * part optional.
 */
function changeSettings(world: World, wish: JsonObject, now: number): string | null {
  return (
    change(world.timing, wish.timing, 'timing') ??
    change(world.settings, wish.settings, 'settings') ??
    addPacks(world, wish.packs, now)
  );
}

/** Only names that exist, only values of the kind that is there (or null where null is a value). */
function change(target: object, wish: Json | undefined, name: string): string | null {
  if (wish === undefined) return null;
  if (!isObject(wish)) return `${name}: must be an object`;
  const known = new Map<string, unknown>(Object.entries(target));
  for (const [field, value] of Object.entries(wish)) {
    if (!known.has(field)) return `${name}.${field}: there is no such setting`;
    const present = known.get(field);
    const nullable = field === 'jwtLongestLifeSeconds' && (value === null || typeof value === 'number');
    const sameKind = typeof value === typeof present && Array.isArray(value) === Array.isArray(present);
    if (!nullable && !sameKind) return `${name}.${field}: must be a ${typeof present}`;
  }
  Object.assign(target, wish);
  return null;
}

function addPacks(world: World, packs: Json | undefined, now: number): string | null {
  if (packs === undefined) return null;
  if (!Array.isArray(packs)) return 'packs: must be an array';
  for (const wish of packs) {
    if (!isObject(wish)) return 'packs: an entry must be an object';
    const account =
      wish.account === undefined
        ? world.state.accounts[0]
        : world.state.accounts.find((known) => known.name === wish.account);
    const { name, type, units, concurrency } = wish;
    const complete =
      typeof name === 'string' &&
      (type === 'video' || type === 'image') &&
      typeof units === 'string' &&
      /^\d+(\.\d{1,3})?$/.test(units) &&
      typeof concurrency === 'number';
    if (account === undefined || !complete) return 'packs: account, name, type, units and concurrency';
    const id = `${account.name}-pack-${account.packs.length + 1}`;
    account.packs.push(createPack({ name, type, units, concurrency }, id, now));
  }
  return null;
}

function answer(status: number, body: JsonObject): EmulatorAnswer {
  return textAnswer(status, 'application/json', writeJson(body));
}
