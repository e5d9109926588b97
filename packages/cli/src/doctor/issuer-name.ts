import type { IssuerDescription } from '@signet/auth'

/** An address without its query, which may hold a secret. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

/** The issuers of a finding, as a suffix such as ` of https://issuer.example`; empty if any issuer is accepted. */
export function ofIssuer({ issuer }: IssuerDescription): string {
  return issuer === undefined ? '' : ` of ${issuer.join(', ')}`
}
