import { useMutation } from '@tanstack/react-query'
import { requestJson } from '../../../api/request.js'
import { useIsAllowed, useStanding } from '../../../api/use-identity.js'
import { Button } from '../../../ui/button.js'
import { CodeText } from '../../../ui/code-text.js'
import { Refusal } from '../../../ui/refusal.js'
import { Skeleton } from '../../../ui/skeleton.js'
import { Explained } from './explained.js'
import type { Explanation } from './explanation.js'

/** Asks the server to explain a token, check by check. */
export function AskServer({ token }: { readonly token: string }) {
  const standing = useStanding().data
  const isAllowed = useIsAllowed()('system:read')
  const asking = useMutation({
    mutationFn: (asked: string) =>
      requestJson<Explanation>({
        method: 'POST',
        path: ['auth', 'explain'],
        body: { token: asked },
      }),
  })
  if (standing?.identity === undefined) {
    return (
      <p className="text-muted">
        <CodeText>
          Sign in with a token that grants `system:read`, and the server explains this token here,
          check by check.
        </CodeText>
      </p>
    )
  }
  if (!isAllowed) {
    return (
      <p className="text-muted">
        <CodeText>
          To have the server explain this token, sign in with one that grants `system:read`.
        </CodeText>
      </p>
    )
  }
  const isOfThis = asking.variables === token
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <Button disabled={asking.isPending} onClick={() => asking.mutate(token)}>
          {isOfThis && asking.data ? 'Ask again' : 'Ask this server'}
        </Button>
        <p className="text-xs text-faint">This sends the token to the server.</p>
      </div>
      {isOfThis && asking.isPending && <Skeleton label="Asking the server" />}
      {isOfThis && asking.error !== null && <Refusal error={asking.error} />}
      {isOfThis && asking.data && <Explained explanation={asking.data} />}
    </div>
  )
}
