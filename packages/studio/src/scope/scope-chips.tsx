import { Cross2Icon } from '@radix-ui/react-icons'
import { Badge } from '../ui/badge.js'
import { scopeProblem } from './scope.js'

/** A list of scopes, each with a button to remove it. A scope that grants nothing says so. */
export function ScopeChips({
  scopes,
  onRemove,
}: {
  readonly scopes: readonly string[]
  readonly onRemove: (scope: string) => void
}) {
  if (scopes.length === 0) return null
  return (
    <ul aria-label="Other scopes" className="flex flex-wrap gap-1.5">
      {scopes.map((scope) => {
        const problem = scopeProblem(scope)
        return (
          <li key={scope} className="max-w-full" title={problem}>
            <Badge isMono tone={problem === undefined ? 'accent' : 'danger'} className="pr-0.5">
              <span className="wrap-anywhere">{scope}</span>
              {problem !== undefined && (
                <span className="sr-only">: grants nothing. {problem}</span>
              )}
              <button
                type="button"
                aria-label={`Remove ${scope}`}
                onClick={() => onRemove(scope)}
                className="flex size-5 shrink-0 items-center justify-center rounded hover:bg-hover pointer-coarse:size-7"
              >
                <Cross2Icon aria-hidden className="size-3" />
              </button>
            </Badge>
          </li>
        )
      })}
    </ul>
  )
}
