/** `createSluice`: names the gateway once, and makes a video model for each name of its catalogue. */
import { createSluice as createClient, type SluiceOptions } from '@sluice/sdk';
import { createVideoModel, type SluiceVideoModel } from './video-model.ts';

export type SluiceProviderSettings = {
  /** Address of the gateway; `SLUICE_URL` when left out. */
  baseURL?: string;
  /** A key of an account; `SLUICE_KEY` when left out. */
  apiKey?: string;
  /**
   * `bytes`: clips are downloaded here, from the gateway, wherever it stands. `links`: their signed links are handed
   * on, and the AI SDK downloads them; it refuses private addresses unless it is given a `download` of your own.
   */
  deliver?: 'bytes' | 'links';
  /** Cancels what can still be cancelled when a call is aborted. Default true. */
  cancelOnAbort?: boolean;
} & Pick<SluiceOptions, 'fetch' | 'timeoutMs' | 'maxRetries' | 'clock' | 'newIdempotencyKey'>;

export type SluiceProvider = {
  /** A model or an alias of GET /v1/models: `kling-3.0`, `kling-o3`, … */
  video(modelId: string): SluiceVideoModel;
  /** The same, by the name that the AI SDK's registry calls. */
  videoModel(modelId: string): SluiceVideoModel;
};

export function createSluice(settings: SluiceProviderSettings = {}): SluiceProvider {
  const { baseURL, apiKey, deliver = 'bytes', cancelOnAbort = true, ...options } = settings;
  const client = createClient({
    ...options,
    baseUrl: baseURL ?? setting('SLUICE_URL') ?? 'http://127.0.0.1:8080',
    apiKey: apiKey ?? setting('SLUICE_KEY'),
  });
  const video = (modelId: string): SluiceVideoModel =>
    createVideoModel(modelId, { client, deliver, cancelOnAbort, now: options.clock?.now ?? Date.now });
  return { video, videoModel: video };
}

/** There is no process in a browser. */
function setting(name: string): string | undefined {
  return typeof process === 'undefined' ? undefined : process.env[name];
}
