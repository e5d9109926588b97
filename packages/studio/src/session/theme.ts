/** The choice of the reader. `system` follows the operating system. */
export type Theme = 'system' | 'light' | 'dark'

const KEY = 'signet-studio.theme'
const listeners = new Set<() => void>()

function readTheme(): Theme {
  const stored = localStorage.getItem(KEY)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

let current = readTheme()

/** Shows the page in the theme. */
export function applyTheme(): void {
  if (current === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = current
}

/** The theme now. */
export function getTheme(): Theme {
  return current
}

/** Calls a listener at each change. @returns the function that unsubscribes it */
export function subscribeTheme(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Sets the theme and stores it in the browser. */
export function saveTheme(theme: Theme): void {
  current = theme
  if (theme === 'system') localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, theme)
  applyTheme()
  for (const listener of listeners) listener()
}
