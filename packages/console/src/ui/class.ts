/** Class names that depend on something: what is false is left out. */
export function cx(...parts: (string | false | null | undefined)[]): string {
  return parts.filter((part) => part).join(' ');
}
