/** Every client that judges a door. */
import { aiSdkByGateway, aiSdkByProvider } from './clients/ai-sdk.ts';
import { falByMiddleware, falByProxy } from './clients/fal.ts';
import { klingCurrent, klingOlder } from './clients/kling.ts';
import { mcpByHttp, mcpByStdio } from './clients/mcp.ts';
import { openaiSdk } from './clients/openai.ts';
import { replicateSdk } from './clients/replicate.ts';
import { unifiedClient } from './clients/unified.ts';
import type { DoorJudge } from './judge.ts';

export const judges: readonly DoorJudge[] = [
  openaiSdk,
  falByProxy,
  falByMiddleware,
  replicateSdk,
  klingCurrent,
  klingOlder,
  aiSdkByProvider,
  aiSdkByGateway,
  unifiedClient,
  mcpByStdio,
  mcpByHttp,
];
