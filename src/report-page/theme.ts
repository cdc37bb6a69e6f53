export type Theme = 'light' | 'dark'

/** Charts are drawn in the colours of their moment, and want to know of others. */
export const THEME_CHANGE = 'themechange'

export function currentTheme(): Theme {
  return document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light'
}

export function setTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme
  dispatchEvent(new Event(THEME_CHANGE))
}

export function followSystemTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const follow = (): void => setTheme(dark.matches ? 'dark' : 'light')
  dark.addEventListener('change', follow)
  follow()
}
