/** From path and method to what is done: who calls, which fault is due, then the route. */
import type { EmulatorAnswer, EmulatorReply, EmulatorRequest } from '../exchange.ts';
import { type Json, readJson } from '../json.ts';
import { type Accepted, acceptElement, acceptOrder } from './accept.ts';
import { type Answers, spoilExchange } from './answers.ts';
import { authenticate, jwtAllowedOn } from './auth.ts';
import { accountCosts, balanceBilling, packageBilling } from './billing.ts';
import {
  deleteElement,
  deleteElementPaths,
  elementsPath,
  libraryOf,
  presetVoices,
  validateElement,
} from './elements.ts';
import { type Refusal, refusal } from './errors.ts';
import type { ExchangeFault, QueryFault } from './faults.ts';
import { legacyPage, legacyTask } from './legacy-queries.ts';
import { type Found, listTasks, tasksById } from './queries.ts';
import { legacyCreated, newCreated } from './render.ts';
import { legacyPath, legacyProducts } from './routes-legacy.ts';
import { newCreatePattern } from './routes-new.ts';
import type { KlingTask } from './state.ts';
import { validateLegacy } from './validate-legacy.ts';
import { validateNew } from './validate-new.ts';
import type { Call, World } from './world.ts';

type Route = { kind: 'create' | 'query' | 'account'; run: Run } | { kind: 'none'; refusal: Refusal };
type Run = (fault: QueryFault | null) => EmulatorAnswer | Promise<EmulatorAnswer>;

export async function answerApi(
  world: World,
  answers: Answers,
  request: EmulatorRequest,
  url: URL,
  now: number,
): Promise<EmulatorReply> {
  const path = url.pathname;
  const rules = {
    jwtAllowed: jwtAllowedOn(path),
    longestLifeSeconds: world.settings.jwtLongestLifeSeconds,
  };
  const caller = authenticate(world.state.accounts, request.headers.authorization, rules, now);
  if (!caller.ok) return answers.refuse(caller.refusal);
  const call: Call = {
    ...request,
    path,
    query: url.searchParams,
    account: caller.account,
    apiKey: caller.apiKey,
  };
  const route = findRoute(world, answers, call, now);
  if (route.kind === 'none') return answers.refuse(route.refusal);
  const fault = world.faults.take(route.kind);
  const { quiet, loud } = sort(fault);
  return spoilExchange(loud, answers, async () => route.run(quiet));
}

/** Two faults change what a query says rather than how it is answered. */
function sort(fault: QueryFault | null): { quiet: QueryFault | null; loud: ExchangeFault | null } {
  if (fault === null) return { quiet: null, loud: null };
  return fault.do === 'hide' || fault.do === 'swap'
    ? { quiet: fault, loud: null }
    : { quiet: null, loud: fault };
}

function findRoute(world: World, answers: Answers, call: Call, now: number): Route {
  const found = (result: Found): EmulatorAnswer =>
    result.ok ? answers.ok(result.data) : answers.refuse(result.refusal);
  if (newCreatePattern.test(call.path)) {
    return byMethod(call, { POST: { kind: 'create', run: () => createNew(world, answers, call) } });
  }
  switch (call.path) {
    case '/tasks':
      return byMethod(call, {
        GET: { kind: 'query', run: (fault) => found(tasksById(world, call, fault)) },
        POST: { kind: 'query', run: () => found(listTasks(world, call, bodyOf(call), now)) },
      });
    case '/account/costs':
      return byMethod(call, { GET: { kind: 'account', run: () => found(accountCosts(world, call, now)) } });
    case '/account/billing/package':
      return byMethod(call, {
        POST: { kind: 'account', run: () => found(packageBilling(world, call, bodyOf(call))) },
      });
    case '/account/billing/balance':
      return byMethod(call, { POST: { kind: 'account', run: () => found(balanceBilling()) } });
    default:
      return findLegacyRoute(world, answers, call, found);
  }
}

function findLegacyRoute(
  world: World,
  answers: Answers,
  call: Call,
  found: (result: Found) => EmulatorAnswer,
): Route {
  if (deleteElementPaths.includes(call.path)) {
    const run = (): EmulatorAnswer => {
      const problem = deleteElement(world, call.account, bodyOf(call));
      return problem === null ? answers.ok() : answers.refuse(problem);
    };
    return byMethod(call, { POST: { kind: 'account', run } });
  }
  if (call.path === '/v1/general/presets-voices') {
    return byMethod(call, { GET: { kind: 'query', run: () => answers.ok(presetVoices) } });
  }
  for (const product of [...legacyProducts, 'element'] as const) {
    const base = product === 'element' ? elementsPath : legacyPath(product);
    if (call.path === base) {
      return byMethod(call, {
        POST: { kind: 'create', run: () => createLegacy(world, answers, call, product) },
        GET: { kind: 'query', run: () => found(legacyPage(world, call, product)) },
      });
    }
    if (call.path.startsWith(`${base}/`)) {
      const id = decode(call.path.slice(base.length + 1));
      return byMethod(call, {
        GET: { kind: 'query', run: (fault) => found(legacyTask(world, call, product, id, fault)) },
      });
    }
  }
  return { kind: 'none', refusal: refusal(1203) };
}

function byMethod(call: Call, methods: Record<string, Route>): Route {
  return methods[call.method] ?? { kind: 'none', refusal: refusal(1202) };
}

async function createNew(world: World, answers: Answers, call: Call): Promise<EmulatorAnswer> {
  const library = libraryOf(world.state, call.account);
  const order = validateNew(call.path, bodyOf(call), library, world.settings);
  if (!order.ok) return answers.refuse(order.refusal);
  return accepted(answers, await acceptOrder(world, call.account, 'new', order.value), newCreated);
}

async function createLegacy(
  world: World,
  answers: Answers,
  call: Call,
  product: KlingTask['product'],
): Promise<EmulatorAnswer> {
  if (product === 'element') {
    const element = validateElement(bodyOf(call));
    if (!element.ok) return answers.refuse(element.refusal);
    return accepted(answers, acceptElement(world, call.account, call.path, element.value), legacyCreated);
  }
  const library = libraryOf(world.state, call.account);
  const order = validateLegacy(product, bodyOf(call), library, world.settings);
  if (!order.ok) return answers.refuse(order.refusal);
  return accepted(answers, await acceptOrder(world, call.account, 'legacy', order.value), legacyCreated);
}

function accepted(answers: Answers, result: Accepted, render: (task: KlingTask) => Json): EmulatorAnswer {
  return result.ok ? answers.ok(render(result.task)) : answers.refuse(result.refusal);
}

function bodyOf(call: Call): Json | undefined {
  return readJson(new TextDecoder().decode(call.body));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
