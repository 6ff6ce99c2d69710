/** Step of stage 5: asks the upstream for the result again, for it may hand out a link that still lives. */
import { linkEndMs } from '../decide/copying.ts';
import type { CopyRow } from '../store/mirror.ts';
import type { Context } from './context.ts';
import { askAs } from './credentials.ts';

export async function freshLink(
  context: Context,
  copy: CopyRow,
): Promise<{ url: string; expiresAtMs: number | null } | null> {
  const path = context.paths.byName(copy.path_name);
  if (!path) return null;
  const handle = { attemptId: copy.attempt_id, correlationId: copy.correlation_id, handle: copy.handle };
  const { outcome } = await askAs(context, path, copy.credential_version, (at) =>
    path.provider.observe(at, [handle]),
  );
  if (outcome.kind === 'question_failed') return null;
  const [output] = outcome.observations.get(copy.attempt_id)?.outputs ?? [];
  if (!output) return null;
  return { url: output.url, expiresAtMs: linkEndMs(output, path.linkLifeSeconds, copy.created_at) };
}
