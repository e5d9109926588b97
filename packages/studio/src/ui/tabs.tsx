import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

/** Tabs: one of several views is shown. The arrow keys move between tabs. */
export function Tabs<Name extends string>({
  label,
  value,
  onChange,
  tabs,
}: {
  readonly label: string
  readonly value: Name
  readonly onChange: (name: Name) => void
  readonly tabs: readonly {
    readonly name: Name
    readonly title: ReactNode
    readonly content: ReactNode
  }[]
}) {
  return (
    <Base.Root value={value} onValueChange={(name: Name) => onChange(name)}>
      <Base.List aria-label={label} className="flex gap-4 overflow-x-auto border-b border-line">
        {tabs.map(({ name, title }) => (
          <Base.Tab
            key={name}
            value={name}
            className="-mb-px h-9 shrink-0 border-b-2 border-transparent px-0.5 text-sm font-medium text-muted transition-colors hover:text-text data-active:border-accent data-active:text-text"
          >
            {title}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map(({ name, content }) => (
        <Base.Panel key={name} value={name} className="pt-4 outline-offset-4">
          {content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
