/** Which PostgreSQL this is. */
import type { Database } from './database.ts';
import { statement } from './sql/statement.ts';
import { firstOf } from './typed.ts';

const readVersion = statement('version.read', `SELECT current_setting('server_version') AS version`);

export async function serverVersion(db: Database): Promise<string> {
  return firstOf<{ version: string }>(await db.query(readVersion))?.version ?? 'unknown';
}
