/** Reads faults that come over HTTP: a closed list of shapes, so that a misspelt script fails loudly. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import {
  addChance,
  type CallbackFault,
  type ExchangeFault,
  type FaultChance,
  type FaultPoint,
  faultPoints,
  type KlingFaults,
  type OutputFault,
  type QueryFault,
  type TaskFault,
} from './faults.ts';

class BadFault extends Error {}

/**
 * Applies a script such as `{ clear: true, next: [{ at, fault, times }], chances: [{ at, chance, fault
 * }] }`.
 */
export function applyFaultScript(faults: KlingFaults, script: Json | undefined): string | null {
  try {
    if (!isObject(script)) throw new BadFault('the script must be an object');
    // Everything is read before anything is applied: a script works as a whole or not at all.
    const next = items(script.next).map((entry) => ({
      entry: readChance(entry, 1),
      times: times(entry.times),
    }));
    const chances = items(script.chances).map((entry) => readChance(entry, number(entry, 'chance')));
    if (script.clear === true) faults.clear();
    for (const { entry, times } of next) addNext(faults, entry, times);
    for (const entry of chances) addChance(faults, entry);
    return null;
  } catch (error) {
    if (error instanceof BadFault) return error.message;
    throw error;
  }
}

function addNext(faults: KlingFaults, entry: FaultChance, times: number): void {
  switch (entry.at) {
    case 'create':
    case 'account':
      faults.next(entry.at, entry.fault, times);
      break;
    case 'query':
      faults.next(entry.at, entry.fault, times);
      break;
    case 'task':
      faults.next(entry.at, entry.fault, times);
      break;
    case 'output':
      faults.next(entry.at, entry.fault, times);
      break;
    case 'callback':
      faults.next(entry.at, entry.fault, times);
      break;
  }
}

function readChance(entry: JsonObject, chance: number): FaultChance {
  const at = faultPoints.find((point) => point === entry.at);
  const fault = entry.fault;
  if (at === undefined) throw new BadFault(`at: one of ${faultPoints.join(', ')}`);
  if (!isObject(fault)) throw new BadFault('fault: must be an object');
  return withFault(at, chance, fault);
}

function withFault(at: FaultPoint, chance: number, fault: JsonObject): FaultChance {
  switch (at) {
    case 'create':
    case 'account':
      return { at, chance, fault: readExchange(fault) };
    case 'query':
      return { at, chance, fault: readQuery(fault) };
    case 'task':
      return { at, chance, fault: readTask(fault) };
    case 'output':
      return { at, chance, fault: readOutput(fault) };
    case 'callback':
      return { at, chance, fault: readCallback(fault) };
  }
}

function readExchange(fault: JsonObject): ExchangeFault {
  const accept = fault.accept === true;
  const message = typeof fault.message === 'string' ? { message: fault.message } : {};
  switch (fault.do) {
    case 'refuse': {
      const retry = fault.retryAfterSeconds;
      const after = retry === undefined ? {} : { retryAfterSeconds: number(fault, 'retryAfterSeconds') };
      return { do: 'refuse', code: number(fault, 'code'), ...message, ...after, accept };
    }
    case 'drop':
      return {
        do: 'drop',
        accept,
        ...(fault.afterMs === undefined ? {} : { afterMs: number(fault, 'afterMs') }),
      };
    case 'slow':
      return { do: 'slow', ms: number(fault, 'ms') };
    case 'trickle':
      return { do: 'trickle', bytes: number(fault, 'bytes'), everyMs: number(fault, 'everyMs') };
    case 'html':
      return { do: 'html', accept };
    case 'code-in-200':
      return { do: 'code-in-200', code: number(fault, 'code'), ...message, accept };
    case 'answer':
      return {
        do: 'answer',
        status: number(fault, 'status'),
        contentType: word(fault, 'contentType'),
        body: word(fault, 'body'),
        accept,
      };
    default:
      return unknown(fault);
  }
}

function readQuery(fault: JsonObject): QueryFault {
  if (fault.do === 'hide' || fault.do === 'swap') return { do: fault.do };
  return readExchange(fault);
}

function readTask(fault: JsonObject): TaskFault {
  switch (fault.do) {
    case 'fail':
      return typeof fault.message === 'string' ? { do: 'fail', message: fault.message } : { do: 'fail' };
    case 'never-finish':
      return { do: 'never-finish' };
    case 'short':
      return { do: 'short', seconds: number(fault, 'seconds') };
    case 'slow-render':
      return { do: 'slow-render', factor: number(fault, 'factor') };
    case 'charge':
      if (!/^\d+(\.\d{1,3})?$/.test(word(fault, 'units'))) throw new BadFault('units: such as 2.4');
      return { do: 'charge', units: word(fault, 'units') };
    case 'flap':
      if (!Array.isArray(fault.words)) throw new BadFault('words: must be an array');
      return { do: 'flap', words: fault.words.map(String) };
    case 'unknown-word':
      return { do: 'unknown-word', word: word(fault, 'word'), reads: number(fault, 'reads') };
    default:
      return unknown(fault);
  }
}

function readOutput(fault: JsonObject): OutputFault {
  switch (fault.do) {
    case 'dead':
      return { do: 'dead', status: number(fault, 'status') };
    case 'cut':
    case 'truncated':
      return { do: fault.do, share: number(fault, 'share') };
    case 'wrong-type':
    case 'corrupt':
      return { do: fault.do };
    case 'slow':
      return { do: 'slow', ms: number(fault, 'ms') };
    case 'trickle':
      return { do: 'trickle', bytes: number(fault, 'bytes'), everyMs: number(fault, 'everyMs') };
    default:
      return unknown(fault);
  }
}

function readCallback(fault: JsonObject): CallbackFault {
  switch (fault.do) {
    case 'lost':
    case 'unsigned':
    case 'forged':
      return { do: fault.do };
    case 'duplicate':
      return { do: 'duplicate', times: number(fault, 'times') };
    case 'late':
      return { do: 'late', ms: number(fault, 'ms') };
    case 'stale':
      return { do: 'stale', ageMs: number(fault, 'ageMs') };
    case 'lie':
      return { do: 'lie', status: word(fault, 'status') };
    default:
      return unknown(fault);
  }
}

function items(value: Json | undefined): JsonObject[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new BadFault('next and chances must be arrays');
  return value.map((item) => {
    if (!isObject(item)) throw new BadFault('an entry must be an object');
    return item;
  });
}

function times(value: Json | undefined): number {
  if (value === undefined) return 1;
  if (value === 'always') return Number.POSITIVE_INFINITY;
  if (typeof value !== 'number' || value < 1) throw new BadFault("times: a number from 1 on, or 'always'");
  return value;
}

function number(fault: JsonObject, name: string): number {
  const value = fault[name];
  if (typeof value !== 'number') throw new BadFault(`${name}: must be a number`);
  return value;
}

function word(fault: JsonObject, name: string): string {
  const value = fault[name];
  if (typeof value !== 'string') throw new BadFault(`${name}: must be a string`);
  return value;
}

function unknown(fault: JsonObject): never {
  throw new BadFault(`fault.do: '${String(fault.do)}' is not known at this point`);
}
