import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { adviseRefused } from '../../../text/credential.js'
import { codeOf } from '../../../text/remedy.js'
import { HOME } from '../../../session/page-settings.js'
import { adoptToken, currentToken } from '../../../session/session.js'
import { useSession } from '../../../session/use-session.js'
import { Button, buttonClass } from '../../../ui/button.js'
import { Notice } from '../../../ui/notice.js'
import { Refusal } from '../../../ui/refusal.js'
import { tryToken } from '../../sign-in/try-token.js'

/** The button that signs in with a token, once the server accepts it. */
export function UseToken({
  token,
  subject,
}: {
  readonly token: string
  /** The subject of the token. */
  readonly subject: string
}) {
  const session = useSession()
  const attempt = useMutation({
    mutationFn: tryToken,
    onSuccess: () => adoptToken(token),
    // The cache would keep the variables, which contain the token.
    gcTime: 0,
  })
  if (currentToken(session) === token) {
    return (
      <Notice
        tone="success"
        title={`You are signed in as ${subject}.`}
        actions={
          <Link to={HOME.path} className={buttonClass('primary', 'small')}>
            {HOME.name}
          </Link>
        }
      >
        {session.isRemembered
          ? 'It is stored in this browser until you sign out.'
          : 'It is stored for this tab only.'}
      </Notice>
    )
  }
  return (
    <>
      {attempt.error !== null && attempt.variables === token && (
        <Refusal
          error={attempt.error}
          advice={adviseRefused(codeOf(attempt.error), token, Date.now())}
        />
      )}
      <div>
        <Button kind="primary" disabled={attempt.isPending} onClick={() => attempt.mutate(token)}>
          {attempt.isPending ? 'Asking the server…' : 'Sign in with this token'}
        </Button>
      </div>
    </>
  )
}
