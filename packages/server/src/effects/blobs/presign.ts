/**
 * Time-limited addresses at the store itself: AWS Signature Version 4 in the query, as the S3 API reference
 * describes it under "Authenticating Requests: Using Query Parameters".
 */
import { createHash, createHmac } from 'node:crypto';

export type PresignInput = {
  /** Scheme and host as the client must call it, and the path to the object, not yet encoded. */
  origin: string;
  path: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  nowMs: number;
  expiresInSeconds: number;
  /** Further query parameters, such as `response-content-disposition`. */
  query?: Record<string, string>;
};

export function presignGet(input: PresignInput): string {
  const time = new Date(input.nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${input.region}/s3/aws4_request`;
  const host = new URL(input.origin).host;
  const path = input.path.split('/').map(encode).join('/');
  const query = Object.entries({
    ...input.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${input.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(input.expiresInSeconds),
    'X-Amz-SignedHeaders': 'host',
  })
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const request = ['GET', path, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(request).digest('hex')].join(
    '\n',
  );
  const key = [day, input.region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${input.secretAccessKey}`,
  );
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  return `${input.origin}${path}?${query}&X-Amz-Signature=${signature}`;
}

/** RFC 3986: everything but the unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}
