import { lazy, Suspense, useState } from 'react'
import type { Standing } from '../api/identity.js'
import { currentToken } from '../session/session.js'
import { useSession } from '../session/use-session.js'
import { classNames } from '../ui/class-names.js'
import { describeRemaining } from '../text/time.js'
import { useNow } from '../ui/use-now.js'
import { describeGrants, readTokenState } from './token-clock.js'

const IdentityDialog = lazy(async () => ({
  default: (await import('./identity-dialog.js')).IdentityDialog,
}))

/** The expiry of the token is highlighted when it is nearer than this, in ms. */
const NEAR_MS = 5 * 60_000

function Clock({ endsAt }: { readonly endsAt: number | undefined }) {
  const now = useNow()
  if (endsAt === undefined) return <span className="text-muted">never expires</span>
  const left = endsAt - now
  if (left <= 0) return <span className="font-medium text-danger">token expired</span>
  return (
    <span
      className={classNames(
        'tabular-nums',
        left < NEAR_MS ? 'font-medium text-warning' : 'text-muted',
      )}
    >
      <span className="max-sm:sr-only">expires in </span>
      {describeRemaining(left)}
    </span>
  )
}

/** The caller and when their token expires. A click shows the rest. */
export function IdentityButton({ standing }: { readonly standing: Standing }) {
  const session = useSession()
  const [isOpen, setIsOpen] = useState(false)
  const { isAuthEnabled, identity } = standing
  const { subject, endsAt } = readTokenState(identity, currentToken(session))
  if (!isAuthEnabled) {
    return <p className="text-xs text-muted">This server needs no token</p>
  }
  if (identity === undefined && session.headers.length === 0) {
    return <p className="text-xs text-muted">Not signed in</p>
  }
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
        className="-mr-2 flex h-8 min-w-0 items-center gap-2 rounded-md px-2 text-xs hover:bg-hover pointer-coarse:h-10"
      >
        <span
          aria-hidden
          className="grid size-5 shrink-0 place-items-center rounded-full bg-accent-fill text-2xs font-semibold text-white uppercase"
        >
          {(subject ?? '?').slice(0, 1)}
        </span>
        <span className="max-w-28 truncate font-medium sm:max-w-60">{subject ?? 'unknown'}</span>
        {identity && (
          <span className="hidden max-w-40 truncate text-muted sm:inline">
            {describeGrants(identity)}
          </span>
        )}
        <span aria-hidden className="text-faint">
          ·
        </span>
        {identity === undefined && endsAt === undefined ? (
          <span className="font-medium text-danger">refused</span>
        ) : (
          <Clock endsAt={endsAt} />
        )}
      </button>
      <Suspense>
        {isOpen && <IdentityDialog standing={standing} onClose={() => setIsOpen(false)} />}
      </Suspense>
    </>
  )
}
