/** The list of providers. A new adapter adds one line here and nothing else outside its folder. */
import type { Provider } from './contract.ts';
import { evolink, gptimage2 } from './evolink/adapter.ts';
import { fal } from './fal/adapter.ts';
import { kie } from './kie/adapter.ts';
import { kling } from './kling/adapter.ts';
import { openAiVideos } from './openai-videos/adapter.ts';
import { openRouter } from './openrouter/adapter.ts';
import { replicate } from './replicate/adapter.ts';

export const providers: readonly Provider[] = [
  kling,
  evolink,
  gptimage2,
  fal,
  replicate,
  openRouter,
  openAiVideos,
  kie,
];

export function providerById(id: string): Provider | null {
  return providers.find((provider) => provider.id === id) ?? null;
}
