import type { DecodedToken } from '../../../text/decode-token.js'
import { CodeText } from '../../../ui/code-text.js'
import { Code } from '../../../ui/code.js'
import { Facts } from '../../../ui/facts.js'
import { Notice } from '../../../ui/notice.js'
import { useNow } from '../../../ui/use-now.js'
import { describeScope, scopeProblem } from '../../../scope/scope.js'
import { clientOf, rolesOf, scopesOf } from '../token/claims.js'
import { findings, timeFacts } from './inspect.js'

/** The content of a token, in words and as JSON. */
export function DecodedView({ decoded }: { readonly decoded: DecodedToken }) {
  const now = useNow()
  const { header, claims } = decoded
  const scopes = scopesOf(claims).filter((scope) => scopeProblem(scope) === undefined)
  const roles = rolesOf(claims)
  const { sub, iss, aud } = claims
  const texts = [
    ['Subject', sub],
    ['Issuer', iss],
    ['Audience', aud],
    ['Client', clientOf(claims)],
  ] as const
  return (
    <div className="flex flex-col gap-4">
      {findings(decoded).map(({ tone, text }) => (
        <Notice key={text} tone={tone}>
          <CodeText>{text}</CodeText>
        </Notice>
      ))}
      <Facts
        facts={[
          ...texts
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => ({
              name,
              value: typeof value === 'string' ? value : JSON.stringify(value),
            })),
          ...timeFacts(decoded, now).map(({ name, label, moment, distance, isWrong }) => ({
            name: label,
            value: (
              <span key={name} className={isWrong ? 'text-danger' : ''}>
                <span className="tabular-nums">{distance}</span>{' '}
                <span className={isWrong ? '' : 'text-muted'}>
                  {distance === '' ? moment : `(${moment})`}
                </span>
              </span>
            ),
          })),
          ...(roles.length > 0 ? [{ name: 'Roles', value: roles.join(', ') }] : []),
          ...(scopes.length > 0
            ? [
                {
                  name: 'Allowed',
                  value: (
                    <ul>
                      {scopes.map((scope) => (
                        <li key={scope}>
                          {describeScope(scope)}{' '}
                          <span className="font-mono text-xs text-faint">{scope}</span>
                        </li>
                      ))}
                    </ul>
                  ),
                },
              ]
            : []),
        ]}
      />
      <div className="grid gap-3 xl:grid-cols-[2fr_3fr]">
        <div className="min-w-0">
          <h3 className="mb-1 text-xs font-medium text-muted">Header</h3>
          <Code label="Header of the token" text={JSON.stringify(header, null, 2)} isWrapped />
        </div>
        <div className="min-w-0">
          <h3 className="mb-1 text-xs font-medium text-muted">Claims</h3>
          <Code label="Claims of the token" text={JSON.stringify(claims, null, 2)} isWrapped />
        </div>
      </div>
    </div>
  )
}
