import { PlusIcon } from '@radix-ui/react-icons'
import { useState } from 'react'
import { Button } from '../ui/button.js'
import { Field } from '../ui/field.js'
import { Input } from '../ui/input.js'
import type { Catalogue } from './catalogue.js'
import { ScopeChips } from './scope-chips.js'
import { scopeGrid, scopesBesideGrid } from './scope-grid.js'
import { ScopeGridTable } from './scope-grid-table.js'
import { scopeProblem, splitScopes, toggleScope } from './scope.js'

/** Lets the reader choose scopes in a grid, or write them. */
export function ScopePicker({
  catalogue,
  scopes,
  onChange,
  canGrant = () => true,
}: {
  readonly catalogue: Catalogue
  readonly scopes: readonly string[]
  readonly onChange: (scopes: readonly string[]) => void
  /** Whether the reader can grant a scope. Default: all of them. */
  readonly canGrant?: (scope: string) => boolean
}) {
  const [written, setWritten] = useState('')
  const [problem, setProblem] = useState<string>()
  const groups = scopeGrid(catalogue)
  const add = () => {
    const words = splitScopes(written)
    const wrong = words.map(scopeProblem).find((each) => each !== undefined)
    setProblem(wrong)
    if (wrong !== undefined || words.length === 0) return
    onChange([...new Set([...scopes, ...words])])
    setWritten('')
  }
  return (
    <div className="flex flex-col gap-2.5">
      <ScopeGridTable
        groups={groups}
        scopes={scopes}
        canGrant={canGrant}
        onToggle={(scope) => onChange(toggleScope(scopes, scope))}
      />
      <ScopeChips
        scopes={scopesBesideGrid(groups, scopes)}
        onRemove={(scope) => onChange(scopes.filter((each) => each !== scope))}
      />
      <div className="flex items-start gap-2">
        <Field label="Another scope" isLabelHidden error={problem} className="flex-1">
          {(props) => (
            <Input
              {...props}
              isMono
              value={written}
              placeholder="agents:*:weather-agent"
              onChange={(event) => {
                setWritten(event.target.value)
                setProblem(undefined)
              }}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return
                event.preventDefault()
                add()
              }}
            />
          )}
        </Field>
        <Button onClick={add} disabled={written.trim() === ''}>
          <PlusIcon aria-hidden />
          Add scope
        </Button>
      </div>
    </div>
  )
}
