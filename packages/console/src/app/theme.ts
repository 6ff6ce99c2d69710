/** Light, dark, or as the system has it; applied before the first paint by theme.js from what is kept here. */
export type Theme = 'light' | 'dark' | 'system';

const KEPT_AS = 'sluice-theme';

export function readTheme(): Theme {
  const kept = localStorage.getItem(KEPT_AS);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') {
    localStorage.removeItem(KEPT_AS);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(KEPT_AS, theme);
    document.documentElement.dataset.theme = theme;
  }
}
