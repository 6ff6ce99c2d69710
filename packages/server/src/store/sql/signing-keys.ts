/** SQL of the installation's own signing keys (signing_keys): written at the first need and at each rotation. */
import { statement } from './statement.ts';

export type SigningKeyRow = {
  id: string;
  /** The 32 bytes, base64url. */
  public_key: string;
  private_sealed: string;
  created_at: number;
  signs_from: number;
};

export const listSigningKeys = statement(
  'signing_keys.list',
  `SELECT id, public_key, private_sealed, created_at, signs_from FROM signing_keys ORDER BY signs_from DESC, id DESC`,
);

/** Two processes may need the first key at once: whoever comes second takes the other's. $4 now, $5 signs from. */
export const insertSigningKey = statement(
  'signing_keys.insert',
  `INSERT INTO signing_keys (id, public_key, private_sealed, created_at, signs_from)
   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
);

/** $1: keys whose successor has signed for long enough. */
export const deleteSigningKeys = statement(
  'signing_keys.delete',
  `DELETE FROM signing_keys WHERE id = ANY($1)`,
);
