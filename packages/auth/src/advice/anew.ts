import { tokenCommand } from './command.js'
import type { Advice, Refusal } from './advice.js'
import { listed } from './quoted.js'
import { ownMember } from '../lib/object.js'
import { readParts } from './token-parts.js'

type Claims = Readonly<Record<string, unknown>>

/** Whether `signet token` makes tokens that are accepted. Who does not know the server goes by the token. */
function canSign({ expectations }: Refusal, header: Claims | undefined): boolean {
  if (expectations !== undefined) return expectations.keys?.variable !== undefined
  const algorithm = ownMember(header, 'alg')
  return typeof algorithm !== 'string' || !/^(?:RS|PS|ES|Ed)/.test(algorithm)
}

/** Who makes tokens, where the command line does not. */
function makerWords({ expectations }: Refusal): string {
  if (expectations?.keys?.isSecret === true) {
    return 'Have one signed with the secret of this server: signet dev prints one as it starts.'
  }
  const { issuers = [] } = expectations ?? {}
  return `Get one from ${issuers.length > 0 ? listed(issuers) : 'its issuer'}.`
}

/**
 * The remedy that ends with the command for a new token: of the same claims, as far as they may stay.
 *
 * @param lead - what to do, without a full stop, such as "Sign it with HS256"
 * @param change - claims that the new token has otherwise
 */
export function signAnew(
  lead: string,
  refusal: Refusal,
  change: Claims = {},
): Pick<Advice, 'remedy' | 'command'> {
  const { header, claims = {} } = readParts(refusal.token)
  if (!canSign(refusal, header)) return { remedy: `${lead}. ${makerWords(refusal)}` }
  const command = tokenCommand({ ...claims, ...change }, refusal.expectations)
  if (command === undefined) {
    return {
      remedy: `${lead}, with signet token. The claims of this token have values that a command cannot hold.`,
    }
  }
  return { remedy: `${lead}: ${command}`, command }
}

/** What to do where text is lost: the whole token is better than a new one, and whoever has no more needs one. */
export function copyWhole(refusal: Refusal): Pick<Advice, 'remedy' | 'command'> {
  return signAnew('Copy the whole token, or create a new one', refusal)
}
