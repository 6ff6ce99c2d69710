/**
 * Takes out of a vendor's answer what must not be published: credentials, what names an account or a person,
 * signatures of links, and every id. The shape stays, and so does each word and number that an adapter reads. What is
 * in doubt goes: a text that looks drawn at random is replaced, and the same text by the same word everywhere.
 */

export type Known = {
  /** Values that stand for others: the id of the task, our own id. */
  names: ReadonlyMap<string, string>;
  /** Never to be seen: credentials, and settings that are secret. */
  secrets: readonly string[];
  /** Our own words, which the vendor repeats: the model, the prompt. */
  own: readonly string[];
};

const MASK = 'redacted';
const WHO =
  'user account org organization organisation team workspace customer tenant project owner member company'.split(
    ' ',
  );
const PERSONAL = new RegExp(
  `(?:^|_)(?:${WHO.join('|')}|e_?mail|phone|ip|ip_address)(?:_?(?:id|name|no|number|group|email))?$`,
);
const SECRET = /(?:key|token|secret|signature|password|authorization|cookie|credential|session)s?(?:_id)?$/;
/** What a link may keep of its query: how long it lives. */
const LIFE = /^(?:expires?|exp|e|x-amz-date|x-amz-expires|x-goog-date|x-goog-expires)$/i;
const LIFE_VALUE = /^[0-9TZ]+$/;
const EMAIL = /[^\s@"']+@[^\s@"']+\.[a-z]{2,}/gi;
/** In brackets, so that a split keeps them. */
const LINK = /(https?:\/\/[^\s"'<>\\]+)/i;
const INSTANT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
/** What a word of an id is made of. */
const RANDOM = /[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?/g;
const RANDOM_LENGTH = 12;

export type Redactor = (value: unknown) => unknown;

export function redactorOf(known: Known): Redactor {
  const drawn = new Map<string, string>();
  const secrets = known.secrets.filter((secret) => secret !== '');
  const own = new Set(known.own);
  const kept = new Set(known.names.values());

  const standIn = (text: string): string => {
    const word = drawn.get(text) ?? `${MASK}-${drawn.size + 1}`;
    drawn.set(text, word);
    return word;
  };

  const words = (text: string): string =>
    text.replace(RANDOM, (word) => (!kept.has(word) && looksRandom(word) ? standIn(word) : word));

  const link = (text: string): string => {
    if (!URL.canParse(text)) return words(text);
    const url = new URL(text);
    url.username = '';
    url.password = '';
    url.hash = '';
    // A link to a file may need no signature: then its path is the secret.
    const ours = [...kept].some((name) => url.pathname.includes(name));
    const parts = url.pathname.split('/');
    url.pathname = parts.map((part, at) => segment(part, !ours && at === parts.length - 1)).join('/');
    for (const [name, value] of [...url.searchParams]) {
      if (!LIFE.test(name) || !LIFE_VALUE.test(value)) url.searchParams.set(name, MASK);
    }
    return url.toString();
  };

  const segment = (text: string, isLast: boolean): string => {
    const [, stem = text, ending = ''] = /^(.*?)(\.[a-z0-9]{1,5})?$/i.exec(text) ?? [];
    const named = kept.has(stem) || stem === '';
    const goes = !named && (isLast || (stem.length >= 6 && /\d/.test(stem)));
    return `${goes ? standIn(stem) : words(stem)}${ending}`;
  };

  const string = (given: string): string => {
    const safe = secrets.reduce((left, secret) => left.replaceAll(secret, MASK), given);
    const text = [...known.names].reduce((left, [from, to]) => left.replaceAll(from, to), safe);
    if (own.has(text) || INSTANT.test(text)) return text;
    const inner = innerJson(text);
    if (inner !== undefined) return JSON.stringify(value(inner, ''));
    return text
      .split(LINK)
      .map((part, at) => (at % 2 === 1 ? link(part) : words(part.replace(EMAIL, MASK))))
      .join('');
  };

  const value = (given: unknown, key: string): unknown => {
    if (Array.isArray(given)) return given.map((inner) => value(inner, key));
    if (typeof given === 'object' && given !== null) {
      return Object.fromEntries(
        Object.entries(given).map(([name, inner]) => [words(name), value(inner, name)]),
      );
    }
    if (typeof given !== 'string' && typeof given !== 'number') return given;
    if (hides(key)) return typeof given === 'number' ? 0 : given === '' ? '' : MASK;
    return typeof given === 'string' ? string(given) : number(given);
  };

  /** An id may be written as a number too. */
  const number = (given: number): number => (known.names.has(String(given)) ? 0 : given);

  return (given) => value(given, '');
}

function hides(key: string): boolean {
  const snake = key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll('-', '_');
  return PERSONAL.test(snake) || SECRET.test(snake);
}

function looksRandom(word: string): boolean {
  if (word.length < RANDOM_LENGTH || /^redacted(?:-\d+)?$/.test(word)) return false;
  return word.split(/[-_]/).some(isDrawn);
}

/** `100Units`, `v3` and `turbo` are words; `1757165031`, `9b0a` and `idOb9Vx2` are drawn. */
function isDrawn(part: string): boolean {
  if (/^\d+$/.test(part)) return part.length >= 7;
  if (/\d/.test(part)) return part.length >= 4 && !/^[A-Za-z]*\d{1,5}[A-Za-z]*$/.test(part);
  return /[a-z][A-Z].*[a-z][A-Z].*[a-z][A-Z]/.test(part) && part.length >= RANDOM_LENGTH;
}

/** Some vendors write JSON into a text of their JSON. */
function innerJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const inner: unknown = JSON.parse(text);
    return inner;
  } catch {
    return undefined;
  }
}
