/** What goes to Replicate, word by word. */
import { describe, expect, test } from 'vitest';
import { billableBody } from '../conformance/building.ts';
import { lost, play } from '../conformance/play.ts';
import type { SubmitIds } from '../contract.ts';
import { replicate } from './adapter.ts';
import { inputOf, orderOf, shots } from './testing/orders.ts';
import { startMs } from './testing/stage.ts';
import { ids, main } from './testing/subject.ts';

function sent(change: Parameters<typeof orderOf>[0] = {}, given: SubmitIds = ids, path = main) {
  const { requests } = play(replicate.submit(path, orderOf(change), given), lost);
  const [request] = requests;
  return { url: request?.url, headers: request?.headers ?? {}, body: JSON.parse(billableBody(requests)) };
}

describe('the create request', () => {
  test('leaves nothing to a default of the model', () => {
    const { url, body } = sent();
    expect(url).toBe('/models/kwaivgi/kling-v3-video/predictions');
    expect(body.input).toEqual({
      prompt: 'A paper boat on a rainy street',
      mode: 'standard',
      aspect_ratio: '16:9',
      duration: 5,
      generate_audio: false,
    });
  });

  test('calls back at an address that names the attempt, for the start and the end only', () => {
    const { body } = sent();
    expect(body.webhook).toBe(`${ids.callbackUrl}?attempt=att-0001`);
    expect(body.webhook_events_filter).toEqual(['start', 'completed']);
    expect(sent({}, { ...ids, callbackUrl: 'https://g.example/c?x=1' }).body.webhook).toBe(
      'https://g.example/c?x=1&attempt=att-0001',
    );
    const without = play(replicate.submit(main, orderOf(), { ...ids, callbackUrl: null }), lost);
    expect(JSON.parse(billableBody(without.requests))).not.toHaveProperty('webhook');
  });

  test('an edited video keeps or loses its sound in words, and gets no length', () => {
    const edit = {
      model: 'kling-o3',
      mode: 'video-edit',
      seconds: null,
      aspectRatio: null,
      inputs: [inputOf('base_video'), inputOf('reference_image', 'hat')],
      prompt: 'Put <<<hat>>> on the dog in @video_1',
    } as const;
    const { body } = sent({ ...edit, inputs: [...edit.inputs] });
    expect(body.input).toEqual({
      prompt: 'Put <<<image_1>>> on the dog in <<<video_1>>>',
      reference_images: ['https://media.example/hat.png'],
      reference_video: 'https://media.example/video_1.mp4',
      video_reference_type: 'base',
      keep_original_sound: false,
      mode: 'standard',
      generate_audio: false,
    });
    const kept = sent({ ...edit, inputs: [...edit.inputs], sound: 'original' }).body.input;
    expect(kept).toMatchObject({ keep_original_sound: true });
  });

  test('shots travel as JSON inside a text', () => {
    const { input } = sent({ multiShot: 'custom', shots }).body;
    expect(JSON.parse(input.multi_prompt)).toEqual([
      { prompt: 'The boat sets off', duration: 2 },
      { prompt: 'A gust turns it', duration: 3 },
    ]);
  });

  test('a file of ours that nobody turned into an address is refused before anything is sent', () => {
    const order = orderOf({
      mode: 'image-to-video',
      aspectRatio: null,
      inputs: [{ ...inputOf('first_frame'), url: 'file:file_1' }],
    });
    const { requests, outcome } = play(replicate.submit(main, order, ids), lost);
    expect(requests).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'refused', code: 'input_without_address' });
  });
});

describe('the deadline leaves time for a run that begins at the last moment', () => {
  test.each([
    ['no limit', null, {}, '10800s'],
    ['ten minutes to start', startMs + 600_000, {}, '4200s'],
    ['already over', startMs - 1, {}, '3600s'],
    ['longer than the path allows', startMs + 86_400_000, {}, '10800s'],
    ['of the path', null, { start_minutes: '10', run_minutes: '15' }, '1500s'],
  ])('%s', (_about, startBeforeMs, settings, expected) => {
    const { headers } = sent({}, { ...ids, startBeforeMs }, { ...main, settings });
    expect(headers['cancel-after']).toBe(expected);
  });
});
