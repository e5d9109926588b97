import type { IssuerDescription } from '@signet/auth'

/** An address without its query, which may hold what is not to be shown. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

/** Whose tokens a finding is about, to stand behind a word; nothing where any issuer is accepted. */
export function ofIssuer({ issuer }: IssuerDescription): string {
  return issuer === undefined ? '' : ` of ${issuer.join(', ')}`
}
