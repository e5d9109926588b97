import { agentsApi } from '../../../session/session.js'
import { grants } from '../../../api/permission.js'
import { Button } from '../../../ui/button.js'
import { CopyButton } from '../../../ui/copy-button.js'
import { Notice } from '../../../ui/notice.js'
import type { Catalogue } from '../../../scope/catalogue.js'
import { rolesOf, scopesOf, subjectOf, type Claims } from '../token/claims.js'
import { curlCommand, envLine, headerLine } from './copy-texts.js'
import { TokenText } from '../token/token-text.js'
import { UseToken } from '../token/use-token.js'

/** The first agent that the claims allow to ask. Claims without grants allow the first of all. */
function agentFor(claims: Claims, { agents, roles }: Catalogue): string | undefined {
  const granted = [...scopesOf(claims), ...rolesOf(claims).flatMap((role) => roles[role] ?? [])]
  const isSilent = scopesOf(claims).length === 0 && rolesOf(claims).length === 0
  return agents.find(({ id }) => isSilent || grants(granted, `agents:execute:${id}`))?.id
}

/** A signed token, with buttons to copy it, inspect it and sign in with it. */
export function SignedToken({
  token,
  claims,
  catalogue,
  isStale,
  onInspect,
}: {
  readonly token: string
  readonly claims: Claims
  readonly catalogue: Catalogue
  /** Whether the draft has changed since the token was signed. */
  readonly isStale: boolean
  readonly onInspect: () => void
}) {
  const agentId = agentFor(claims, catalogue)
  return (
    <div className="flex flex-col gap-3">
      {isStale && (
        <Notice tone="warning">The claims have changed since this token was signed.</Notice>
      )}
      <TokenText token={token} label="Signed token" />
      <div className="flex flex-wrap gap-2">
        <CopyButton text={token} label="Copy token">
          Token
        </CopyButton>
        <CopyButton text={headerLine(token)} label="Copy header">
          Header
        </CopyButton>
        <CopyButton text={envLine(token)} label="Copy .env line">
          .env line
        </CopyButton>
        <CopyButton text={curlCommand(token, { ...agentsApi(), agentId })} label="Copy cURL">
          cURL
        </CopyButton>
        <Button kind="ghost" size="small" onClick={onInspect}>
          Inspect it
        </Button>
      </div>
      <UseToken token={token} subject={subjectOf(claims)} />
    </div>
  )
}
