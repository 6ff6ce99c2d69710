/** The first language that the platform can write times and numbers in. Browsers of bare systems say `en-US@posix`. */
export function validLanguage(told: readonly unknown[]): string {
  return told.find(isWritten) ?? 'en';
}

function isWritten(language: unknown): language is string {
  if (typeof language !== 'string' || language === '') return false;
  try {
    return Intl.getCanonicalLocales(language).length === 1;
  } catch {
    return false;
  }
}
