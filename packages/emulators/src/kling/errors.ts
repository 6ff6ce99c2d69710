/** The vendor's error table (error code page, read 2026-09-20) with the texts that were seen on the wire. */
export type Refusal = { code: number; message: string };

type Row = { status: number; message: string };

const table: Record<number, Row> = {
  1000: { status: 401, message: 'Authentication failed' },
  1001: { status: 401, message: 'Authorization is empty' },
  1002: {
    status: 401,
    message:
      'Authentication error. The current API does not support AK/SK; please go to the console ' +
      '(https://kling.ai/dev/api-key) to create API key.',
  },
  1003: { status: 401, message: 'Authorization is not yet valid' },
  1004: { status: 401, message: 'Authorization has expired' },
  1100: { status: 429, message: 'Account exception' },
  1101: { status: 429, message: 'Account in arrears' },
  1102: { status: 429, message: 'Account balance not enough' },
  1103: { status: 403, message: 'Unauthorized access to the requested resource' },
  1200: { status: 400, message: 'Invalid request parameters' },
  1201: { status: 400, message: 'Invalid parameters' },
  1202: { status: 404, message: 'The requested method is invalid' },
  1203: { status: 404, message: 'The requested resource does not exist' },
  1300: { status: 400, message: 'Trigger strategy of the platform' },
  1301: { status: 400, message: 'Trigger the content security policy of the platform' },
  1302: { status: 429, message: 'The API request is too fast, exceeding the rate limit' },
  1303: { status: 429, message: 'parallel task over resource pack limit' },
  1304: { status: 429, message: 'Trigger the IP whitelisting policy of the platform' },
  5000: { status: 500, message: 'Internal server error' },
  5001: { status: 503, message: 'Server is temporarily unavailable due to maintenance' },
  5002: { status: 504, message: 'Internal server timeout' },
};

/** Why a task failed after it was accepted; the answer stays HTTP 200 with code 0. */
export const riskControlText = 'Failure to pass the risk control system';
export const badImageText =
  'The resolution or aspect ratio of the input image is invalid. ' +
  'Please ensure it meets the required specifications.';
export const badVideoText = 'The input video is invalid. Please ensure it meets the required specifications.';
export const badFileText = 'Failed to download or read the input file.';

export function refusal(code: number, message?: string): Refusal {
  return { code, message: message ?? table[code]?.message ?? 'Unknown error' };
}

export function statusOf(code: number): number {
  return table[code]?.status ?? 500;
}

export function badValue(message: string): Refusal {
  return refusal(1201, message);
}
