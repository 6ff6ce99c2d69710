/**
 * The submit: whatever a known model is asked for is taken and waits. What is wrong with an input shows at its end, for
 * it is the model that looks at it, not the queue.
 */
import type { EmulatorAnswer, EmulatorReply, EmulatorRequest } from '../exchange.ts';
import { underFault } from '../jobs/faults.ts';
import { examine, type InputFacts } from '../jobs/frames.ts';
import { isObject, type JsonObject, readJson } from '../json.ts';
import { picturesFor } from '../media/clip.ts';
import { detail, notFound, queuedAnswer } from './answers.ts';
import { type Model, models } from './models.ts';
import { inputsOf, wishOf } from './order.ts';
import { type Ending, type FalRequest, modelError, platformError, stretchedBy } from './queue.ts';
import { complaintsAbout } from './validate.ts';
import type { FalAccount, World } from './world.ts';

export async function submit(
  world: World,
  account: FalAccount,
  request: EmulatorRequest,
  url: URL,
): Promise<EmulatorReply> {
  const model = models.get(url.pathname.slice(1));
  if (model === undefined)
    return detail(404, `Application ${JSON.stringify(url.pathname.slice(1))} not found`);
  const input = readJson(new TextDecoder().decode(request.body));
  if (!isObject(input)) return detail(422, 'The body is not a JSON object');
  if (account.leftMicros <= 0) return detail(403, 'User is locked. Reason: Exhausted balance.');
  const facts = await examine(inputsOf(input), world.fetchInput);
  const take = (): EmulatorAnswer => {
    const taken = newRequest(world, account, { model, input, facts, request, url });
    world.queue.add(taken);
    world.accepted({
      at: taken.createdAt,
      account: account.name,
      id: taken.id,
      model: model.id,
      callbackUrl: taken.webhookUrl,
    });
    world.catchUp();
    return queuedAnswer(world, taken);
  };
  return underFault(world.faults.take('create'), take, notFound);
}

type Sent = { model: Model; input: JsonObject; facts: InputFacts; request: EmulatorRequest; url: URL };

function newRequest(world: World, account: FalAccount, sent: Sent): FalRequest {
  const { model, input, facts, request, url } = sent;
  const { timing, random, clock } = world;
  const now = clock.now();
  const id = uuid(random.bytes(16));
  const wish = wishOf(model, input, facts);
  const scripted = world.faults.take('job');
  const faults = scripted === null ? [] : [scripted];
  const short = faults.find((fault) => fault.do === 'short');
  const slow = faults.find((fault) => fault.do === 'slow-render');
  const never = scripted?.do === 'never-finish' || wish.prompt.includes('[never]');
  const renderMs =
    (timing.renderBaseMs + timing.renderMsPerSecond * wish.seconds) * stretchedBy(timing, random);
  const timeout = Number(request.headers['x-fal-request-timeout'] ?? Number.NaN);
  return {
    id,
    account: account.name,
    model: model.id,
    root: model.id.split('/').slice(0, 2).join('/'),
    webhookUrl: url.searchParams.get('fal_webhook'),
    low: request.headers['x-fal-queue-priority'] === 'low',
    clip: {
      ...wish.frame,
      pictures: picturesFor(short?.do === 'short' ? short.seconds : wish.seconds),
      sound: wish.sound,
      seed: id,
      still: world.still,
    },
    costMicros: wish.costMicros,
    createdAt: now,
    startBy: timeout > 0 ? now + timeout * 1000 : null,
    readyAt: Math.round(now + timing.queueMs * stretchedBy(timing, random)),
    renderMs: never ? null : Math.round(renderMs * (slow?.do === 'slow-render' ? slow.factor : 1)),
    startedAt: null,
    endsAt: null,
    endedAt: null,
    ending: endingOf(model, input, facts, { prompt: wish.prompt, scripted }),
    mediaLifeMs: mediaLifeMs(world, request.headers['x-fal-object-lifecycle-preference']),
    faults,
    reads: 0,
  };
}

function endingOf(
  model: Model,
  input: JsonObject,
  facts: InputFacts,
  { prompt, scripted }: { prompt: string; scripted: FalRequest['faults'][number] | null },
): Ending {
  const complaints = complaintsAbout(model, input);
  if (complaints.length > 0) {
    return { kind: 'error', http: 422, platform: false, type: 'value_error', body: { detail: complaints } };
  }
  if (facts.unreadable !== null) {
    return modelError(422, 'file_download_error', `Failed to download ${facts.unreadable}`);
  }
  if (prompt.includes('[moderate]')) {
    return modelError(422, 'content_policy_violation', 'The content could not be processed', [
      'body',
      'prompt',
    ]);
  }
  if (scripted?.do !== 'fail') return { kind: 'clip' };
  return platformStatus[scripted.code] === undefined
    ? modelError(422, scripted.code, scripted.message)
    : platformError(platformStatus[scripted.code] ?? 500, scripted.code, scripted.message);
}

/** Scripted failures by one of these codes are the platform's; others are the model's. */
const platformStatus: Readonly<Record<string, number>> = {
  request_timeout: 504,
  startup_timeout: 504,
  runner_scheduling_failure: 503,
  runner_connection_timeout: 503,
  runner_disconnected: 503,
  runner_connection_refused: 503,
  runner_server_error: 500,
  client_disconnected: 499,
  client_cancelled: 499,
  bad_request: 400,
  internal_error: 500,
};

function mediaLifeMs(world: World, preference: string | undefined): number {
  const wish = preference === undefined ? undefined : readJson(preference);
  const seconds = isObject(wish) ? wish.expiration_duration_seconds : undefined;
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : world.settings.mediaLifeMs;
}

function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
