import { Link, useNavigate } from '@tanstack/react-router'
import type { Standing } from '../api/identity.js'
import { HOME } from '../session/page-settings.js'
import { currentToken, saveHeaders } from '../session/session.js'
import { useSession } from '../session/use-session.js'
import { Badge } from '../ui/badge.js'
import { Button, buttonClass } from '../ui/button.js'
import { CopyButton } from '../ui/copy-button.js'
import { Dialog } from '../ui/dialog.js'
import { describeDistance, describeMoment, describeRemaining } from '../text/time.js'
import { useNow } from '../ui/use-now.js'
import { readTokenState } from './token-clock.js'

/** What the server knows about the caller, and how to sign out. */
export function IdentityDialog({
  standing,
  onClose,
}: {
  readonly standing: Standing
  readonly onClose: () => void
}) {
  const session = useSession()
  const navigate = useNavigate()
  const now = useNow()
  const { identity } = standing
  const token = currentToken(session)
  const { subject, endsAt } = readTokenState(identity, token)
  const signOut = () => {
    saveHeaders([], false)
    onClose()
    void navigate({ to: HOME.path })
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={subject ?? 'Unknown'}
      description={
        identity
          ? [identity.name, identity.email].filter(Boolean).join(' · ') ||
            'The server knows you as this subject.'
          : 'The server does not accept this token.'
      }
      actions={
        <>
          <Button onClick={signOut}>Sign out</Button>
          <Link to="/settings" onClick={onClose} className={buttonClass('primary', 'medium')}>
            Change it in Settings
          </Link>
        </>
      }
    >
      <dl className="grid grid-cols-[6rem_1fr] items-baseline gap-x-3 gap-y-2.5 text-sm">
        <dt className="text-muted">Expires</dt>
        <dd>
          {endsAt === undefined ? (
            'Never, according to the token'
          ) : (
            <>
              {endsAt > now
                ? `in ${describeRemaining(endsAt - now)}`
                : describeDistance(endsAt, now)}
              <span className="block text-xs text-faint">{describeMoment(endsAt)}</span>
            </>
          )}
        </dd>
        <dt className="text-muted">Roles</dt>
        <dd className="flex flex-wrap gap-1">
          {identity?.roles.map((role) => (
            <Badge key={role} tone="accent">
              {role}
            </Badge>
          ))}
          {!identity?.roles.length && <span className="text-faint">none</span>}
        </dd>
        <dt className="text-muted">Allowed</dt>
        <dd className="flex flex-wrap gap-1">
          {identity?.permissions.map((permission) => (
            <Badge key={permission} isMono>
              {permission === '*' ? '* everything' : permission}
            </Badge>
          ))}
          {!identity?.permissions.length && <span className="text-faint">nothing</span>}
        </dd>
        <dt className="text-muted">Stored</dt>
        <dd>
          {session.isRemembered ? 'in this browser, until you sign out' : 'until this tab closes'}
        </dd>
        {token !== undefined && (
          <>
            <dt className="text-muted">Token</dt>
            <dd className="flex min-w-0 items-center gap-1">
              <span className="truncate font-mono text-xs text-muted">
                {token.slice(0, 12)}…{token.slice(-6)}
              </span>
              <CopyButton text={token} label="Copy the token" />
            </dd>
          </>
        )}
      </dl>
    </Dialog>
  )
}
