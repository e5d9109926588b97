import { durationWords } from '@signet/auth/internal'

/** The claims of a token that are times (RFC 7519 section 4.1). */
export type TimeClaim = 'iat' | 'nbf' | 'exp'

/** What a time of a token means now, such as `expires in 7 h 59 min`. */
export function timeWords(claim: TimeClaim, seconds: number, nowSeconds: number): string {
  const isAhead = seconds > nowSeconds
  const length = durationWords(seconds - nowSeconds)
  switch (claim) {
    case 'exp':
      return isAhead ? `expires in ${length}` : `expired ${length} ago`
    case 'nbf':
      return isAhead ? `becomes active in ${length}` : `became active ${length} ago`
    case 'iat':
      return isAhead ? `issued ${length} in the future` : `issued ${length} ago`
  }
}
