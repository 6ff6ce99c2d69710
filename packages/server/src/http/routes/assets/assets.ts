/** Stored clips and posters: downloaded by key or by signed link, deleted by their account. */
import type { Refusal } from '@sluice/contract';
import { deleteAssets } from '../../../lifecycle/operate/assets.ts';
import type { AssetRow } from '../../../store/operator.ts';
import { ownerOf, scopeRefusal } from '../../auth.ts';
import { assetPath } from '../../links.ts';
import { type Call, type Handlers, notFound, ok, refused } from '../../operation.ts';
import { sendBlob } from '../../send-blob.ts';

export const assetHandlers: Pick<Handlers, 'getAsset' | 'deleteAsset'> = {
  getAsset: async (call) => {
    const { context, request, reply, params, query } = call;
    const allowed = whoMayRead(call);
    if (!allowed.ok) return refused(allowed.refusal);
    const asset = await context.store.operator.findAsset(params.id, allowed.accountId);
    if (!asset) return notFound;
    if (asset.state === 'deleted') return refused({ code: 'gone' });
    const stored = storedOf(asset);
    return stored
      ? sendBlob(context, request, reply, { ...stored, download: query.download === '1' })
      : notFound;
  },
  deleteAsset: async ({ context, caller, params }) => {
    const asset = await context.store.operator.findAsset(params.id, ownerOf(caller));
    if (!asset || (asset.state !== 'stored' && asset.state !== 'deleted')) return notFound;
    await deleteAssets(context, [asset.id]);
    return ok({ id: asset.id, object: 'asset', deleted: true });
  },
};

type Allowed = { ok: true; accountId: string | null } | { ok: false; refusal: Refusal };

/** A key reads what its account owns; a signature reads the one asset that it was made for. */
function whoMayRead({ context, request, caller, params, query }: Call<'getAsset'>): Allowed {
  if (request.caller) {
    const refusal = scopeRefusal(caller, 'tasks:read');
    return refusal ? { ok: false, refusal } : { ok: true, accountId: ownerOf(caller) };
  }
  const { expires, signature } = query;
  if (expires === undefined || signature === undefined)
    return { ok: false, refusal: { code: 'missing_key' } };
  switch (context.secrets.verifyLink(assetPath(params.id), { expires, signature }, context.clock.now())) {
    case 'valid':
      return { ok: true, accountId: null };
    case 'expired':
      return refuseLink('This link has expired.', 'Read the task again for a new one.');
    case 'invalid':
      return refuseLink('The signature of this link is not valid.', 'Use the link as the task gave it.');
  }
}

function refuseLink(message: string, fix: string): Allowed {
  return { ok: false, refusal: { code: 'missing_key', message, fix } };
}

function storedOf(asset: AssetRow) {
  const { blob_key: key, bytes, sha256, content_type: contentType } = asset;
  if (asset.state !== 'stored' || key === null || bytes === null || sha256 === null || contentType === null) {
    return null;
  }
  const extension = /\.([a-z0-9]{1,5})$/.exec(key)?.[1] ?? 'bin';
  return { key, bytes: Number(bytes), sha256, contentType, fileName: `${asset.id}.${extension}` };
}
