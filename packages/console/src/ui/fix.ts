/** What to do about an error, said to a person: the SDK speaks to a program that holds its Idempotency-Key itself. */
import type { SluiceError } from '@sluice/sdk';

export function fixOf({ fix }: SluiceError): string | null {
  return fix?.includes('idempotencyKey') ? 'Send it again as it is: it is never done twice.' : fix;
}
