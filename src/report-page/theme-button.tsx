import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { currentTheme, setTheme, THEME_CHANGE } from './theme.ts'

/** Light or dark as the system has it, until somebody wants the other. */
export function ThemeButton(): JSX.Element {
  const [theme, show] = useState(currentTheme())
  useEffect(() => {
    const follow = (): void => show(currentTheme())
    addEventListener(THEME_CHANGE, follow)
    return () => removeEventListener(THEME_CHANGE, follow)
  }, [])
  const other = theme === 'dark' ? 'light' : 'dark'
  return (
    <button type="button" onClick={() => setTheme(other)}>
      {other === 'dark' ? 'Dark' : 'Light'}
    </button>
  )
}
