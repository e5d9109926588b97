import { describeScope } from './scope.js'

/** The checkbox of one scope in the grid. */
export function ScopeBox({
  scope,
  isPicked,
  cover,
  isOutOfReach,
  onToggle,
}: {
  readonly scope: string
  readonly isPicked: boolean
  /** Another chosen scope that also grants this one. */
  readonly cover: string | undefined
  /** Whether the reader cannot grant it. */
  readonly isOutOfReach: boolean
  readonly onToggle: () => void
}) {
  const isCovered = cover !== undefined && !isPicked
  const why = isCovered
    ? `${describeScope(scope)}: granted by ${cover}`
    : isOutOfReach
      ? 'Your token does not have this scope, so you cannot grant it.'
      : `${scope}: ${describeScope(scope)}`
  return (
    <label
      title={why}
      className="flex h-7 items-center justify-center rounded hover:bg-hover pointer-coarse:h-9"
    >
      <input
        type="checkbox"
        aria-label={scope}
        checked={isPicked || isCovered}
        disabled={isCovered || (isOutOfReach && !isPicked)}
        onChange={onToggle}
        className="size-4 accent-(--accent-fill) disabled:opacity-60"
      />
    </label>
  )
}
