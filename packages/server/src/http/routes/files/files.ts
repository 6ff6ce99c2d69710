/** Uploads of inputs, and the signed links under which upstreams fetch them. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { deleteFile, mostBytesOf, receiveFile } from '../../../lifecycle/operate/files.ts';
import { accountOf, ownerOf } from '../../auth.ts';
import type { HttpContext } from '../../context.ts';
import { filePath } from '../../links.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { sendRefusal } from '../../problem.ts';
import { sendBlob } from '../../send-blob.ts';
import { fileView } from '../../views/file.ts';
import { fileBody } from './body.ts';

export const fileHandlers: Pick<Handlers, 'uploadFile' | 'getFile' | 'deleteFile'> = {
  uploadFile: async ({ context, caller, request }) => {
    const account = accountOf(caller);
    if (!account.ok) return refused(account.refusal);
    const body = await fileBody(request, mostBytesOf(context, null));
    if (body.kind === 'refused') return refused(body.refusal);
    const answer = await receiveFile(context, account.accountId, body.bytes);
    return answer.kind === 'refused' ? refused(answer.refusal) : ok(fileView(answer.file));
  },
  getFile: async ({ context, caller, params }) => {
    const file = await context.store.files.find(params.id, ownerOf(caller), context.clock.now());
    return file ? ok(fileView(file)) : notFound;
  },
  deleteFile: async ({ context, caller, params }) =>
    (await deleteFile(context, params.id, ownerOf(caller)))
      ? ok({ id: params.id, object: 'file', deleted: true })
      : notFound,
};

const Link = z.object({ expires: z.string().max(20), signature: z.string().max(200) });
const Params = z.object({ id: z.string().min(1).max(100) });

/** Upstreams that take inputs by address only fetch them here, without a key, until the signature ends. */
export function registerFileContent(app: FastifyInstance, context: HttpContext): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/files/:id/content',
    handler: async (request, reply) => {
      const params = Params.safeParse(request.params);
      const link = Link.safeParse(request.query);
      const nowMs = context.clock.now();
      if (!params.success || !link.success) return sendRefusal(reply, { code: 'missing_key' });
      const { id } = params.data;
      const verdict = context.secrets.verifyLink(filePath(id), link.data, nowMs);
      if (verdict !== 'valid') {
        return sendRefusal(reply, { code: 'missing_key', message: `The link is ${verdict}.` });
      }
      const file = await context.store.files.find(id, null, nowMs);
      if (!file) return sendRefusal(reply, { code: 'gone' });
      const extension = /\.([a-z0-9]{1,5})$/.exec(file.blob_key)?.[1] ?? 'bin';
      const { blob_key: key, bytes, sha256, content_type: contentType } = file;
      const fileName = `${file.id}.${extension}`;
      const object = { key, bytes: Number(bytes), sha256, contentType, fileName, download: false };
      const answer = await sendBlob(context, request, reply, object);
      return answer.kind === 'refused' ? sendRefusal(reply, answer.refusal) : reply;
    },
  });
}
