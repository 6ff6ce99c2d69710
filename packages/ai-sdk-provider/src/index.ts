/** @sluice/ai-sdk-provider: a Sluice gateway as a video provider of the Vercel AI SDK, versions 6 and 7. */

export type { SluiceVideoOptions } from './order.ts';
export { createSluice, type SluiceProvider, type SluiceProviderSettings } from './provider.ts';
export type { SluiceVideoModel } from './video-model.ts';
export type { SluiceVideoMetadata } from './videos.ts';
