/** Tasks that have ended, as what the AI SDK expects: clips, warnings about those that failed, and what they cost. */
import type {
  JSONValue,
  SharedV3ProviderMetadata as ProviderMetadata,
  Experimental_VideoModelV3VideoData as VideoData,
  SharedV3Warning as Warning,
} from '@ai-sdk/provider';
import type { Sluice, Task } from '@sluice/sdk';

/** `providerMetadata.sluice.videos`, one for each clip, in the same order. */
export type SluiceVideoMetadata = {
  taskId: string;
  assetId: string;
  /** Stable signed link, until `expiresAt`. */
  url: string;
  expiresAt: string;
  sha256: string;
  bytes: number;
  width: number | null;
  height: number | null;
  durationSeconds: number | null;
  charge: string | null;
  currency: string | null;
  path: string | null;
  sandbox: boolean;
};

export type Videos = { videos: VideoData[]; warnings: Warning[]; providerMetadata: ProviderMetadata };

/** Null when none of them has a clip. */
export async function videosOf(
  client: Sluice,
  deliver: 'bytes' | 'links',
  tasks: readonly Task[],
  signal: AbortSignal | undefined,
): Promise<Videos | null> {
  const clips = tasks.flatMap((task) =>
    task.assets.filter(({ kind }) => kind === 'video').map((asset) => ({ task, asset })),
  );
  if (clips.length === 0) return null;
  const videos: VideoData[] = [];
  for (const { asset } of clips) {
    const { url, content_type: mediaType } = asset;
    if (deliver === 'links') videos.push({ type: 'url', url, mediaType });
    else videos.push({ type: 'binary', data: await bytesOf(client, asset.id, signal), mediaType });
  }
  const metadata = clips.map(({ task, asset }) => metadataOf(task, asset));
  return {
    videos,
    warnings: tasks.filter(({ status }) => status !== 'completed').map(warningOf),
    providerMetadata: { sluice: { videos: metadata satisfies JSONValue } },
  };
}

export function failureOf(task: Task): string {
  return `${task.id}: ${task.error ? `${task.error.code}: ${task.error.message}` : task.status}`;
}

function warningOf(task: Task): Warning {
  return { type: 'other', message: `One of the clips was not made. ${failureOf(task)}` };
}

async function bytesOf(
  client: Sluice,
  assetId: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { stream } = await client.assets.download(assetId, { signal });
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function metadataOf(task: Task, asset: Task['assets'][number]): SluiceVideoMetadata {
  return {
    taskId: task.id,
    assetId: asset.id,
    url: asset.url,
    expiresAt: asset.expires_at,
    sha256: asset.sha256,
    bytes: asset.bytes,
    width: asset.width,
    height: asset.height,
    durationSeconds: asset.duration_seconds,
    charge: task.charge?.amount ?? null,
    currency: task.charge?.currency ?? null,
    path: task.path,
    sandbox: task.sandbox,
  };
}
