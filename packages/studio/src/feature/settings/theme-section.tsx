import { DesktopIcon, MoonIcon, SunIcon } from '@radix-ui/react-icons'
import { useSyncExternalStore } from 'react'
import { getTheme, saveTheme, subscribeTheme } from '../../session/theme.js'
import { Section } from '../../ui/section.js'

const THEMES = [
  { theme: 'system', name: 'System', icon: DesktopIcon },
  { theme: 'light', name: 'Light', icon: SunIcon },
  { theme: 'dark', name: 'Dark', icon: MoonIcon },
] as const

/** The choice between light and dark. */
export function ThemeSection() {
  const current = useSyncExternalStore(subscribeTheme, getTheme)
  return (
    <Section title="Theme" description="Stored in this browser.">
      <fieldset className="inline-flex rounded-md border border-line-strong bg-sunken p-0.5">
        <legend className="sr-only">Theme</legend>
        {THEMES.map(({ theme, name, icon: Icon }) => (
          <label
            key={theme}
            className="relative flex h-7 cursor-pointer items-center gap-1.5 rounded px-3 text-muted hover:text-text has-checked:bg-surface has-checked:font-medium has-checked:text-text has-checked:shadow-raised has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:h-9"
          >
            <input
              type="radio"
              name="theme"
              className="absolute inset-0 m-0 cursor-pointer opacity-0"
              checked={current === theme}
              onChange={() => saveTheme(theme)}
            />
            <Icon aria-hidden />
            {name}
          </label>
        ))}
      </fieldset>
    </Section>
  )
}
