import type { Advice } from '@signet/auth/advice'
import { MastraClientError } from '@signet/client-js'
import { useSyncExternalStore, type ReactNode } from 'react'
import { isBlocked, subscribeBlocked } from '../api/blocked.js'
import { codeOf, explain } from '../text/remedy.js'
import { CodeText } from './code-text.js'
import { InlineCode } from './code.js'
import { Notice } from './notice.js'
import { RemedyText } from './remedy-text.js'

/** Why an answer failed. The server tells it only to callers with `system:read`. */
function causeOf({ body }: MastraClientError): string | undefined {
  if (typeof body !== 'object' || body === null || !('cause' in body)) return undefined
  return typeof body.cause === 'string' && body.cause !== '' ? body.cause : undefined
}

/** Shows an error: what went wrong, what is missing, what to do, its code, and the id of its request in the log. */
export function Refusal({
  error,
  advice,
  actions,
  className,
}: {
  readonly error: unknown
  /** What the browser knows about the refused credential beyond the code of the refusal. */
  readonly advice?: Advice | undefined
  readonly actions?: ReactNode
  readonly className?: string
}) {
  const code = codeOf(error)
  const { title, remedy } = explain(error)
  const known = MastraClientError.isInstance(error) ? error : undefined
  const cause = known && causeOf(known)
  const isHeldBack = useSyncExternalStore(subscribeBlocked, isBlocked)
  const isOfPolicy = code === 'network_failed' && isHeldBack
  return (
    <Notice
      tone={code === 'scope_insufficient' || code === 'access_denied' ? 'warning' : 'danger'}
      title={title}
      actions={actions}
      {...(className !== undefined && { className })}
    >
      {known?.missingScope !== undefined && (
        <p>
          It needs <InlineCode>{known.missingScope}</InlineCode>.
        </p>
      )}
      {cause !== undefined && (
        <p dir="auto" className="whitespace-pre-wrap">
          {cause}
        </p>
      )}
      {advice !== undefined && advice.cause !== title && <p>{advice.cause}</p>}
      {isOfPolicy ? (
        <p>
          The server of this page does not allow requests to the other server. Add the origin of the
          other server to <InlineCode>server.studio.connect</InlineCode> of this one, and restart
          it.
        </p>
      ) : (
        cause === undefined && (
          <div>
            {advice === undefined ? (
              <CodeText>{remedy}</CodeText>
            ) : (
              <RemedyText remedy={advice.remedy} command={advice.command} />
            )}
          </div>
        )
      )}
      {known?.issues?.map(({ field, message }) => (
        <p key={field}>
          <InlineCode>{field || 'body'}</InlineCode> {message}
        </p>
      ))}
      <p className="mt-1 text-xs text-muted">
        <span className="font-mono">{code}</span>
        {known?.requestId !== undefined && (
          <>
            {' · request '}
            <span className="font-mono">{known.requestId}</span>
          </>
        )}
      </p>
    </Notice>
  )
}
