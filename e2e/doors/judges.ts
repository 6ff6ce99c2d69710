/** Every client that judges a door. */
import { falByMiddleware, falByProxy } from './clients/fal.ts';
import { openaiSdk } from './clients/openai.ts';
import { replicateSdk } from './clients/replicate.ts';
import type { DoorJudge } from './judge.ts';

export const judges: readonly DoorJudge[] = [openaiSdk, falByProxy, falByMiddleware, replicateSdk];
