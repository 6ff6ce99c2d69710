/** Multi-shot clips: cut by the client (`customize`), cut by the model (`intelligence`), or one shot. */
import type { CreateGeneration, ModeCapability, Order } from '@sluice/contract';
import { conflict, read, refuse, type Step } from './step.ts';

type Shot = Order['shots'][number];

const FIELD = 'model_params.multi_prompt';

export type Shots = {
  /** Null: the client said nothing; the reader takes the first way that the rules allow. */
  multiShot: Order['multiShot'] | null;
  shots: Shot[];
  /** Length of all shots together, when the client cut them. */
  seconds: number | null;
};

export function readShots(input: CreateGeneration, capability: ModeCapability): Step<Shots> {
  const wanted = wantedShots(input);
  if (!wanted.ok) return wanted;
  const multiShot = wanted.value;
  if (multiShot !== null && !capability.multi_shot.includes(multiShot)) {
    return refuse('model_params.multi_shot', `This mode makes no multi-shot clip of kind ${multiShot}.`, {
      allowed: capability.multi_shot,
      fix: 'Leave multi_shot out.',
    });
  }
  if (multiShot !== 'custom') return read({ multiShot, shots: [], seconds: null });
  return readCustomShots(input, capability);
}

function wantedShots(input: CreateGeneration): Step<Order['multiShot'] | null> {
  const { multi_shot: enabled, shot_type: kind, multi_prompt: prompts } = input.model_params ?? {};
  const cut = prompts !== undefined;
  if (enabled === false && (cut || kind !== undefined)) {
    return conflict(
      'model_params.multi_shot',
      'multi_shot is false, but shots are described.',
      'Set multi_shot to true, or leave shot_type and multi_prompt out.',
    );
  }
  if (kind === 'intelligence' && cut) {
    return conflict(FIELD, 'With shot_type intelligence the model cuts the shots.', `Leave ${FIELD} out.`);
  }
  if (kind === 'customize' && !cut) {
    return refuse(FIELD, 'With shot_type customize the shots must be described.', { fix: `Send ${FIELD}.` });
  }
  if (enabled === false) return read('off');
  if (cut) return read('custom');
  if (kind === 'intelligence' || enabled === true) return read('auto');
  return read(null);
}

function readCustomShots(input: CreateGeneration, capability: ModeCapability): Step<Shots> {
  const prompts = input.model_params?.multi_prompt ?? [];
  if (prompts.length < 1 || prompts.length > capability.shots_max) {
    return refuse(FIELD, `A clip has 1 to ${capability.shots_max} shots.`, {
      allowed: { min: 1, max: capability.shots_max },
      fix: `Send 1 to ${capability.shots_max} shots.`,
    });
  }
  const sorted = prompts.map((shot, at) => ({ ...shot, at })).sort((a, b) => a.index - b.index);
  const shots: Shot[] = [];
  for (const [order, { at, index, prompt, duration }] of sorted.entries()) {
    if (index !== order + 1) {
      return refuse(`${FIELD}[${at}].index`, 'Shots are numbered from 1 without gaps.', {
        allowed: prompts.map((_, number) => number + 1),
        fix: 'Number the shots 1, 2, 3, ….',
      });
    }
    if (prompt.length > capability.shot_prompt_max) {
      return refuse(
        `${FIELD}[${at}].prompt`,
        `A shot has at most ${capability.shot_prompt_max} characters.`,
        {
          allowed: { max: capability.shot_prompt_max },
          fix: 'Shorten this prompt.',
        },
      );
    }
    const seconds = Number(duration);
    if (seconds < 1) {
      return refuse(`${FIELD}[${at}].duration`, 'A shot lasts at least one second.', {
        allowed: { min: 1 },
        fix: 'Give each shot a second or more.',
      });
    }
    shots.push({ prompt, seconds });
  }
  return read({ multiShot: 'custom', shots, seconds: shots.reduce((sum, shot) => sum + shot.seconds, 0) });
}
