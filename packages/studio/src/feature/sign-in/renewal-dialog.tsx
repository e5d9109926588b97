import { generalAdvice, isAuthCode } from '@signet/auth/advice/general'
import { useState } from 'react'
import { decodeToken } from '../../text/decode-token.js'
import type { Identity } from '../../api/identity.js'
import { answerRenewal, type Renewal } from '../../session/renewal.js'
import { currentToken, getSession } from '../../session/session.js'
import { Dialog } from '../../ui/dialog.js'
import { TokenForm } from './token-form.js'

/** The subject of the token in use. */
function subjectNow(): string | undefined {
  const token = currentToken(getSession())
  const decoded = token === undefined ? undefined : decodeToken(token)
  if (decoded === undefined || 'problem' in decoded) return undefined
  const subject = decoded.claims['sub']
  return typeof subject === 'string' ? subject : undefined
}

/** Asks the reader for another token. The page waits and keeps its content. */
export function RenewalDialog({ renewal }: { readonly renewal: Renewal }) {
  const [before] = useState(subjectNow)
  // The content of the page belongs to one person. Another person has to start from the sign-in screen.
  const check = (identity: Identity | undefined) =>
    before !== undefined && identity !== undefined && identity.id !== before
      ? `This is a token of ${identity.id}, but this page belongs to ${before}. To continue as ${identity.id}, sign out first.`
      : undefined
  return (
    <Dialog
      isOpen
      onClose={() => answerRenewal(false)}
      title={
        isAuthCode(renewal.code)
          ? generalAdvice(renewal.code).cause
          : 'The server refuses the token.'
      }
      description="Nothing is lost. Sign in again, and the page continues where it was."
    >
      <TokenForm action="Continue" check={check} onDone={() => answerRenewal(true)} />
    </Dialog>
  )
}
