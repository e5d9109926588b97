import { generalAdvice, isAuthCode } from '@signet/auth/advice/general'
import { useState } from 'react'
import { decodeToken } from '../../text/decode-token.js'
import type { Identity } from '../../api/identity.js'
import { answerRenewal, type Renewal } from '../../session/renewal.js'
import { currentToken, getSession } from '../../session/session.js'
import { Dialog } from '../../ui/dialog.js'
import { TokenForm } from './token-form.js'

/** Whose token was in use. */
function subjectNow(): string | undefined {
  const token = currentToken(getSession())
  const decoded = token === undefined ? undefined : decodeToken(token)
  if (decoded === undefined || 'problem' in decoded) return undefined
  const subject = decoded.claims['sub']
  return typeof subject === 'string' ? subject : undefined
}

/** Asks for another token while a page waits for it, with all that is on it. */
export function RenewalDialog({ renewal }: { readonly renewal: Renewal }) {
  const [before] = useState(subjectNow)
  // What is on the page is one person's: another one begins on the locked screen, with nothing on it.
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
