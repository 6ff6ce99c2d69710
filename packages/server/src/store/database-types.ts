/**
 * How column values arrive in JavaScript: nothing loses digits, nothing depends on the machine's time zone.
 */
import pg from 'pg';

const { builtins } = pg.types;
const INT8_ARRAY = 1016;
const TIMESTAMPTZ_ARRAY = 1185;
const NUMERIC_ARRAY = 1231;
const TEXT_ARRAY = 1009;

/** PostgreSQL's ISO style, for instance `2026-11-22 20:02:00.123456+05:30`. */
const TIMESTAMPTZ =
  /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/;

const asWritten = (text: string): string => text;
/** The driver's own parsers; its types leave out the array types. */
const builtInParser = pg.types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown;
const parseTexts = builtInParser(TEXT_ARRAY, 'text');

const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, BigInt],
  [builtins.NUMERIC, asWritten],
  [builtins.TIMESTAMPTZ, parseTimestamptz],
  [builtins.TIMESTAMP, asWritten],
  [builtins.DATE, asWritten],
  [builtins.INTERVAL, asWritten],
  [INT8_ARRAY, arrayOf(BigInt)],
  [TIMESTAMPTZ_ARRAY, arrayOf(parseTimestamptz)],
  [NUMERIC_ARRAY, arrayOf(asWritten)],
]);

export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    const own = format === 'binary' ? undefined : parsers.get(oid);
    return own ?? pg.types.getTypeParser(oid, format);
  }) as typeof pg.types.getTypeParser,
};

function arrayOf(parse: (text: string) => unknown): (text: string) => unknown {
  const each = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(each);
    return typeof value === 'string' ? parse(value) : value;
  };
  return (text) => each(parseTexts(text));
}

/** Unix milliseconds; microseconds are cut off. */
export function parseTimestamptz(text: string): number {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  const match = TIMESTAMPTZ.exec(text);
  if (!match) throw new Error(`unreadable timestamp from the database: ${text}`);
  const [, year = '', month, day, hour, minute, second, fraction = '', sign, ...offset] = match;
  const isoYear = year.length === 4 ? year : `+${year.padStart(6, '0')}`;
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  const local = Date.parse(`${isoYear}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`);
  const [offsetHours = 0, offsetMinutes = 0, offsetSeconds = 0] = offset.map((part) => Number(part ?? 0));
  const offsetMs = (offsetHours * 3600 + offsetMinutes * 60 + offsetSeconds) * 1000;
  return sign === '-' ? local + offsetMs : local - offsetMs;
}

/** Unix milliseconds as a `timestamptz` parameter, exact to the millisecond. */
export function timestampParameter(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return 'infinity';
  if (ms === Number.NEGATIVE_INFINITY) return '-infinity';
  return new Date(ms).toISOString();
}
