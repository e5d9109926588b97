import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { probe } from '../../api/identity.js'
import { IS_OF_PROXY } from '../../session/page-settings.js'
import { currentToken, headerRecord } from '../../session/session.js'
import { codeOf } from '../../text/remedy.js'
import { useJudge } from '../../api/use-judge.js'
import { useSession } from '../../session/use-session.js'
import { Mark } from '../../ui/mark.js'
import { Refusal } from '../../ui/refusal.js'
import { useNow } from '../../ui/use-now.js'
import { TokenForm } from './token-form.js'
import { Code } from '../../ui/code.js'

/** Says why the server refuses the headers in use. */
function RefusedHeaders() {
  const session = useSession()
  const now = useNow()
  const judge = useJudge()
  const token = currentToken(session)
  const { error } = useQuery({
    queryKey: ['probe', session],
    queryFn: async () => {
      await probe(headerRecord(session))
      return true
    },
    enabled: session.headers.length > 0,
  })
  if (!error) return null
  const advice = token === undefined ? undefined : judge?.adviseRefused(codeOf(error), token, now)
  return <Refusal error={error} advice={advice} className="mb-4" />
}

const LINK = 'font-medium text-accent underline decoration-accent-line underline-offset-2'

/** Shown instead of a page until the server accepts a token. */
export function SignInScreen() {
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex min-h-full w-full max-w-lg flex-col justify-center px-4 py-8">
        <div className="rounded-lg border border-line bg-surface p-5 shadow-raised sm:p-6">
          <Mark className="mb-3 size-8" />
          <h1 className="text-lg font-semibold tracking-tight">Sign in with a token</h1>
          <p className="mb-4 text-muted">
            The token says who you are, what you are allowed to do, and when it expires. It is
            stored in this browser and sent only to this server.
          </p>
          <RefusedHeaders />
          <TokenForm action="Sign in" />
        </div>
        <div className="mt-5 flex flex-col gap-2 px-1 text-muted">
          <p>
            No token yet?{' '}
            <span className="font-mono text-xs">{IS_OF_PROXY ? 'signet proxy' : 'signet dev'}</span>{' '}
            prints one when it starts. You can also create one in the folder of the application:
          </p>
          <Code
            label="Command that creates a token"
            text="npx signet token --sub alice --role member --expires 1h"
            isWrapped
          />
          <p>
            If you have the secret, the{' '}
            <Link to="/tokens" className={LINK}>
              Tokens page
            </Link>{' '}
            can create one here. To send other headers or use another server, go to{' '}
            <Link to="/settings" className={LINK}>
              Settings
            </Link>
            .
          </p>
        </div>
      </div>
    </div>
  )
}
