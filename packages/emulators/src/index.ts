/** Upstreams played from their documents, for tests, simulation and the sandbox. */
export type { EvolinkAccountOptions } from './evolink/account.ts';
export { createEvolink, type EvolinkEmulator, type EvolinkOptions } from './evolink/emulator.ts';
export { type ServedEvolink, type ServeEvolinkOptions, serveEvolink } from './evolink/server.ts';
export {
  type Emulator,
  type EmulatorAnswer,
  type EmulatorClock,
  type EmulatorDrop,
  type EmulatorRandom,
  type EmulatorReply,
  type EmulatorRequest,
  isDrop,
} from './exchange.ts';
export { createFal } from './fal/handler.ts';
export { type ServedFal, type ServeFalOptions, serveFal } from './fal/server.ts';
export type { FalAccountOptions, FalEmulator, FalOptions, FalSettings } from './fal/world.ts';
export type { JobTiming } from './jobs/book.ts';
export type { AnswerFault, JobFault, JobFaults } from './jobs/faults.ts';
export type { JobAccept, JobEmulator, ServedJobs } from './jobs/served.ts';
export {
  createKie,
  type KieAccountOptions,
  type KieEmulator,
  type KieOptions,
  type KieSettings,
} from './kie/emulator.ts';
export { type ServedKie, type ServeKieOptions, serveKie } from './kie/server.ts';
export type { KlingAccountOptions, KlingPackOptions } from './kling/account.ts';
export { type KlingCallback, signCallback } from './kling/callbacks.ts';
export type {
  CallbackFault,
  ExchangeFault,
  FaultAt,
  FaultChance,
  FaultPoint,
  KlingFaults,
  OutputFault,
  QueryFault,
  TaskFault,
} from './kling/faults.ts';
export { createKling, type KlingEmulator } from './kling/handler.ts';
export type { FetchInput } from './kling/inputs.ts';
export { type ServedKling, type ServeKlingOptions, serveKling } from './kling/server.ts';
export { defaultSettings, defaultTiming, type KlingSettings, type KlingTiming } from './kling/settings.ts';
export type { KlingAccept, KlingExchange, KlingOptions } from './kling/world.ts';
export { type ClipMaker, type ClipOrder, createClipMaker, makeClip, picturesFor } from './media/clip.ts';
export { type Sample, sampleImage, sampleVideo } from './media/samples.ts';
export {
  createOpenAiVideos,
  type OpenAiVideosOptions,
  type ServeOpenAiVideosOptions,
  serveOpenAiVideos,
} from './openai-videos/handler.ts';
export {
  createOpenRouter,
  type OpenRouterEmulator,
  type OpenRouterOptions,
  type ServeOpenRouterOptions,
  serveOpenRouter,
} from './openrouter/handler.ts';
export { createReplicate, type ReplicateEmulator } from './replicate/handler.ts';
export { type ServedReplicate, type ServeReplicateOptions, serveReplicate } from './replicate/server.ts';
export type { ReplicateOptions } from './replicate/world.ts';
export { type ServedEmulator, type ServeOptions, serveEmulator } from './serve.ts';
export { createStripe, type StripeEmulator } from './stripe/handler.ts';
export { type ServedStripe, type ServeStripeOptions, serveStripe } from './stripe/server.ts';
export { stripeSignature } from './stripe/webhooks.ts';
export type { StripeFault, StripeOptions, StripeSession, StripeWebhook } from './stripe/world.ts';
export { createToy, type ToyEmulator, type ToyFault, type ToyJob, type ToyOptions } from './toy/toy.ts';
