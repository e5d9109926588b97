/** What can be revoked. */
export type RevocationKind = 'token' | 'jti' | 'subject' | 'session'

/** The fields of the form. */
export interface RevocationDraft {
  readonly kind: RevocationKind
  readonly value: string
  /** Empty for the issuer of the caller. Not used for a token, which names its issuer. */
  readonly issuer: string
}

/** The kinds to choose from, and the effect of each. */
export const REVOCATION_KINDS: Readonly<
  Record<
    RevocationKind,
    {
      readonly name: string
      readonly label: string
      readonly placeholder: string
      readonly effect: string
    }
  >
> = {
  token: {
    name: 'One token',
    label: 'Token',
    placeholder: 'eyJhbGciOi…',
    effect: 'The server refuses this token from now on, and answers in progress for it end.',
  },
  jti: {
    name: 'A token by its id',
    label: 'Token id (jti)',
    placeholder: '3f0c…',
    effect: 'The server refuses the token with this id from now on.',
  },
  subject: {
    name: 'All tokens of a subject',
    label: 'Subject',
    placeholder: 'alice',
    effect: 'The server refuses every token issued to this subject until now. New tokens work.',
  },
  session: {
    name: 'A session',
    label: 'Session id (sid)',
    placeholder: '08a5…',
    effect: 'The server refuses every token of this session from now on.',
  },
}

/** Reads a kind from the value of a control. */
export function readKind(text: string): RevocationKind {
  return text === 'jti' || text === 'subject' || text === 'session' ? text : 'token'
}

/** The body of `POST /auth/revocations`. */
export function revocationBody({
  kind,
  value,
  issuer,
}: RevocationDraft): Readonly<Record<string, string>> {
  const named = { [kind]: value.trim() }
  return kind === 'token' || issuer.trim() === '' ? named : { ...named, issuer: issuer.trim() }
}
