/** What every snippet is made of: its name and text, and values written into code so that they stay values. */
export type Snippet = { name: string; text: string; note?: string };

export function pretty(value: object): string {
  return JSON.stringify(value, null, 2);
}

export function indented(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
