/** Uploads as the API shows them. */
import type { FileObject } from '@sluice/contract';
import type { z } from 'zod';
import type { FileRow } from '../../store/files.ts';
import { instant } from './instant.ts';

export function fileView(row: FileRow): z.infer<typeof FileObject> {
  return {
    id: row.id,
    object: 'file',
    reference: `file:${row.id}`,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    content_type: row.content_type,
    width: row.width,
    height: row.height,
    duration_seconds: row.duration_seconds,
    created_at: instant(row.created_at),
    expires_at: instant(row.expires_at),
  };
}
