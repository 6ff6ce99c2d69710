/** `/__emulator/...`: what a test over HTTP may see and change. No part of any vendor's API. */
import { type EmulatorAnswer, type EmulatorRequest, textAnswer } from '../exchange.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import type { JobTiming } from './book.ts';
import type { AnswerFault, JobFaults } from './faults.ts';
import type { JobAccept } from './served.ts';

export type Controlled = { accepts: readonly JobAccept[]; faults: JobFaults; timing: JobTiming };

export function control(world: Controlled, request: EmulatorRequest, path: string): EmulatorAnswer {
  const body = request.body.length === 0 ? {} : readJson(new TextDecoder().decode(request.body));
  switch (`${request.method} ${path.slice('/__emulator/'.length)}`) {
    case 'GET accepts':
      return answer(200, { accepts: world.accepts.map((accept) => ({ ...accept })) });
    case 'POST faults':
      return settled(scriptFaults(world.faults, body), world);
    case 'POST settings':
      return settled(changeTiming(world.timing, body), world);
    case 'GET state':
      return settled(null, world);
    default:
      return answer(404, { problem: 'GET state or accepts; POST faults or settings' });
  }
}

function settled(problem: string | null, world: Controlled): EmulatorAnswer {
  if (problem !== null) return answer(400, { problem });
  const faults = world.faults.pending().map((fault) => ({ ...fault }));
  return answer(200, { accepts: world.accepts.length, timing: { ...world.timing }, faults });
}

/** `{ clear: true }` and `{ next: [{ at, fault, times }] }`, for losing answers and ending jobs badly. */
function scriptFaults(faults: JobFaults, wish: Json | undefined): string | null {
  if (!isObject(wish)) return 'an object with next or clear';
  if (wish.clear === true) faults.clear();
  const next = wish.next ?? [];
  if (!Array.isArray(next)) return 'next: must be an array';
  for (const entry of next) {
    if (!isObject(entry) || !isObject(entry.fault)) return 'next: an entry has at, fault and perhaps times';
    const times = typeof entry.times === 'number' ? entry.times : 1;
    const problem = addFault(faults, entry.at ?? null, entry.fault, times);
    if (problem !== null) return problem;
  }
  return null;
}

function addFault(faults: JobFaults, at: Json, fault: JsonObject, times: number): string | null {
  switch (at) {
    case 'create':
    case 'query':
    case 'list':
    case 'cancel':
    case 'account': {
      const read = answerFault(fault);
      if (read === null) return 'fault: drop, refuse, slow or hide';
      faults.next(at, read, times);
      return null;
    }
    case 'job':
      if (fault.do === 'never-finish') faults.next('job', { do: 'never-finish' }, times);
      else if (fault.do === 'fail') {
        const { code = 'failed', message = 'It did not come out.' } = fault;
        faults.next('job', { do: 'fail', code: String(code), message: String(message) }, times);
      } else return 'fault: fail or never-finish';
      return null;
    case 'file':
      if (fault.do !== 'dead') return 'fault: dead';
      faults.next('file', { do: 'dead', status: Number(fault.status ?? 404) }, times);
      return null;
    case 'callback':
      if (fault.do !== 'lost') return 'fault: lost';
      faults.next('callback', { do: 'lost' }, times);
      return null;
    default:
      return 'at: create, query, list, cancel, account, job, file or callback';
  }
}

function answerFault(fault: JsonObject): AnswerFault | null {
  const accept = fault.accept === true;
  switch (fault.do) {
    case 'drop':
      return { do: 'drop', accept };
    case 'hide':
      return { do: 'hide' };
    case 'slow':
      return { do: 'slow', ms: Number(fault.ms ?? 1_000) };
    case 'refuse':
      return {
        do: 'refuse',
        status: Number(fault.status ?? 500),
        body: isObject(fault.body) ? fault.body : {},
        accept,
      };
    default:
      return null;
  }
}

function changeTiming(timing: JobTiming, wish: Json | undefined): string | null {
  const given = isObject(wish) ? wish.timing : undefined;
  if (!isObject(given)) return 'timing: must be an object';
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(timing, name)) return `timing.${name}: there is no such setting`;
    if (typeof value !== 'number' || !(value >= 0)) return `timing.${name}: must be a number from 0`;
  }
  Object.assign(timing, given);
  return null;
}

function answer(status: number, body: JsonObject): EmulatorAnswer {
  return textAnswer(status, 'application/json', writeJson(body));
}
