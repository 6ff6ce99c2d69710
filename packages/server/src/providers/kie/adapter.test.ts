import { describe, expect, test } from 'vitest';
import { billableBody } from '../conformance/building.ts';
import { exercise } from '../conformance/exercise.ts';
import { answer, lost, play } from '../conformance/play.ts';
import { createDrive } from '../drive.ts';
import { guaranteeOf } from '../guarantee.ts';
import { kie } from './adapter.ts';
import { declaredOrders, inputOf, orderOf, shotsFor } from './testing/orders.ts';
import { openStage } from './testing/stage.ts';
import { ids, kieSubject, path, signedHeaders, signedPath, taskBody, upstreamId } from './testing/subject.ts';

describe('Kie sits the exam', () => {
  for (const { name, run } of exercise(kieSubject())) test(name, run);
});

test('what it promises', () => {
  expect(guaranteeOf(kie.abilities).level).toBe('L2');
});

const bodyOf = (order: Parameters<typeof kie.submit>[1]): unknown =>
  JSON.parse(billableBody(play(kie.submit(path, order, ids), lost).requests));

describe('bodies', () => {
  test('text: the length is text, the mode stands for the resolution', () => {
    expect(bodyOf(orderOf({ resolution: '4k', sound: 'on' }))).toEqual({
      model: 'kling-3.0/video',
      callBackUrl: ids.callbackUrl,
      input: {
        prompt: 'A paper boat on a rainy street',
        sound: true,
        duration: '5',
        aspect_ratio: '16:9',
        mode: '4K',
        multi_shots: false,
      },
    });
  });

  test('shots: their lengths are numbers, and no prompt stands beside them', () => {
    expect(bodyOf(orderOf({ multiShot: 'custom', shots: shotsFor(5) }))).toMatchObject({
      input: {
        duration: '5',
        multi_shots: true,
        multi_prompt: [
          { prompt: 'The boat sets off', duration: 2 },
          { prompt: 'A gust turns it', duration: 3 },
        ],
      },
    });
  });

  test('frames: first one first', () => {
    const inputs = [inputOf('last_frame'), inputOf('first_frame')];
    expect(bodyOf(orderOf({ mode: 'image-to-video', aspectRatio: null, inputs }))).toMatchObject({
      input: { image_urls: ['https://media.example/image_1.png', 'https://media.example/image_2.png'] },
    });
  });

  test('motion control has other words for the same mode', () => {
    const order =
      declaredOrders().find(({ order: { mode } }) => mode === 'motion-control')?.order ?? orderOf();
    expect(bodyOf(order)).toMatchObject({
      model: 'kling-3.0/motion-control',
      input: {
        input_urls: ['https://media.example/image_1.png'],
        video_urls: ['https://media.example/video_1.mp4'],
        mode: '720p',
        character_orientation: 'video',
      },
    });
    const byTier = { ...path, settings: { motion_mode: 'tier' } };
    const { requests } = play(kie.submit(byTier, { ...order, resolution: '1080p' }, ids), lost);
    expect(JSON.parse(billableBody(requests))).toMatchObject({ input: { mode: 'pro' } });
  });
});

describe('against its emulator', () => {
  const driveOn = (stage: ReturnType<typeof openStage>) =>
    createDrive({ outbound: stage.outbound, clock: { now: stage.nowMs, monotonic: stage.nowMs } });
  const submit = async (stage: ReturnType<typeof openStage>, order = stage.order) => {
    const at = stage.path();
    return (await driveOn(stage).runSubmit(kie.submit(at, order, ids), at)).outcome;
  };
  const observe = async (stage: ReturnType<typeof openStage>, handle: unknown) => {
    const at = stage.path();
    const stored = { attemptId: 'a', correlationId: 'c', handle };
    const { outcome } = await driveOn(stage).run(kie.observe(at, [stored]), at);
    return outcome.kind === 'observed' ? outcome.observations.get('a')?.status : outcome.kind;
  };

  test('every order that we declare is taken', async () => {
    const stage = openStage(path, { createsMost: 1_000 });
    for (const { about, order } of declaredOrders()) {
      expect((await submit(stage, order)).kind, about).toBe('accepted');
    }
  });

  test.each([404, 422] as const)(
    'a fresh task that it does not know yet (%d) is not lost',
    async (unknownCode) => {
      const stage = openStage(path, { unknownMs: 2_000, unknownCode });
      const created = await submit(stage);
      const handle = created.kind === 'accepted' ? created.handle : null;
      expect(await observe(stage, handle)).toBe('not_found');
      expect(kie.abilities.lookupGraceMs).toBeGreaterThan(2_000);
      stage.advance(2_000);
      expect(await observe(stage, handle)).toBe('running');
    },
  );

  test('the 21st create within ten seconds is turned away and says for how long', async () => {
    const stage = openStage(path);
    for (let at = 0; at < 20; at++) expect((await submit(stage)).kind).toBe('accepted');
    const surplus = await submit(stage);
    expect(surplus).toMatchObject({ kind: 'refused', class: 'throttled', code: '429', retryAfterMs: null });
    expect(stage.accepts()).toHaveLength(20);
    stage.advance(10_000);
    expect((await submit(stage)).kind).toBe('accepted');
  });

  test('a genuine signature under an altered body: the id is right, the lie is not repeated', async () => {
    const stage = openStage(path);
    stage.emulator.faults.next('callback', { do: 'altered', word: 'success' });
    const created = await submit(stage, orderOf({ prompt: 'a [moderate] boat' }));
    stage.advance(300_000);
    const [callback] = stage.emulator.dueCallbacks();
    const body = new TextDecoder().decode(callback?.body);
    expect(JSON.parse(body)).toMatchObject({ data: { state: 'success' } });
    const raw = { headers: callback?.headers ?? {}, body, receivedAtMs: stage.nowMs() };
    const hint = kie.readCallback({ ...signedPath, nowMs: stage.nowMs() }, raw, []);
    expect(hint).toMatchObject({ kind: 'hint', verified: true, word: null, deliveryId: null });
    expect(await observe(stage, hint.kind === 'hint' ? hint.handle : null)).toBe('failed');
    expect(created.kind === 'accepted' && hint.kind === 'hint' && hint.upstreamId).toBe(
      stage.accepts()[0]?.upstreamId,
    );
  });

  test('one that somebody else signed is rejected', async () => {
    const stage = openStage(path);
    stage.emulator.faults.next('callback', { do: 'forged', word: 'success' });
    await submit(stage);
    stage.advance(300_000);
    const kinds = stage.emulator.dueCallbacks().map(({ headers, body }) => {
      const raw = { headers, body: new TextDecoder().decode(body), receivedAtMs: stage.nowMs() };
      return kie.readCallback({ ...signedPath, nowMs: stage.nowMs() }, raw, []).kind;
    });
    expect(kinds).toEqual(['rejected', 'hint']);
  });
});

describe('small things', () => {
  test('the hint of a callback can be asked about', () => {
    const raw = {
      headers: signedHeaders(upstreamId, path.nowMs),
      body: taskBody('success', []),
      receivedAtMs: path.nowMs,
    };
    const hint = kie.readCallback(signedPath, raw, []);
    const handle = hint.kind === 'hint' ? hint.handle : null;
    const { requests } = play(kie.observe(path, [{ attemptId: 'a', correlationId: 'c', handle }]), lost);
    expect(requests[0]?.url).toBe(`/api/v1/jobs/recordInfo?taskId=${upstreamId}`);
  });

  test('a record of another task is not believed', () => {
    const body = taskBody('success', ['https://media.example/clip.mp4']).replaceAll(upstreamId, 'other');
    const stored = { attemptId: 'a', correlationId: 'c', handle: { v: 1, taskId: upstreamId } };
    const { outcome } = play(kie.observe(path, [stored]), answer(body));
    expect(outcome.kind === 'observed' && outcome.observations.get('a')?.status).toBe('unrecognised');
  });

  test.each([
    ['4820', 4_820_000_000n],
    ['"12.5"', 12_500_000n],
  ])('credits as %s', (data, remainingMicros) => {
    const { outcome } = play(kie.balance(path), answer(`{"code":200,"msg":"success","data":${data}}`));
    expect(outcome).toMatchObject({ kind: 'wallet', wallet: { unit: 'credit', remainingMicros } });
  });

  test.each(['null', '{}', '"many"', '-1'])('credits as %s are no number of credits', (data) => {
    const { outcome } = play(kie.balance(path), answer(`{"code":200,"msg":"success","data":${data}}`));
    expect(outcome).toMatchObject({ kind: 'question_failed', class: 'unreadable' });
  });
});
