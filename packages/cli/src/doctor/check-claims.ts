import type { IssuerDescription, ProviderDescription } from '@signet/auth'
import { orOk, type Finding } from './finding.js'
import { ofIssuer } from './issuer-name.js'

function checkExpiry(issuer: IssuerDescription): Finding[] {
  if (issuer.requiresExpiry || issuer.maxTokenAgeSeconds !== undefined) return []
  return [
    {
      check: 'expiry',
      level: 'warning',
      what: `The server accepts tokens${ofIssuer(issuer)} that never expire.`,
      why: 'Such a token, once leaked, stays valid until the key is changed, which ends all other tokens too.',
      remedy: 'Remove the option requireExpiry, or set maxTokenAgeSeconds.',
    },
  ]
}

function checkAudience(issuer: IssuerDescription): Finding[] {
  if (issuer.audience !== undefined) return []
  const isSecret = issuer.keys.kind === 'secret'
  const { clients } = issuer
  const what = `The server accepts tokens${ofIssuer(issuer)} that are for any other server`
  if (clients !== undefined && !isSecret) {
    return [
      {
        check: 'audience',
        level: 'note',
        what: `${what}, if a client of the option clients asked for them.`,
        why: 'A client may ask the issuer for tokens for several servers: each of them is valid here.',
        remedy: 'Set audience, if the tokens of this issuer have aud.',
      },
    ]
  }
  return [
    {
      check: 'audience',
      level: 'warning',
      what: `${what}.`,
      why: isSecret
        ? 'A token that another service signs with this secret is valid here, and a token from here is valid there.'
        : 'audience: false says so, and clients is missing: a token for another server of this issuer is valid here.',
      remedy: isSecret
        ? 'Set audience to the name of this server, and put this name into the tokens as aud.'
        : 'Set audience to the name of this server, and put this name into the tokens as aud. If the tokens of this issuer lack aud, name in clients who may ask for them.',
    },
  ]
}

/**
 * A list of secrets is for rotation by one signer. In a list or set of public keys, each key can have its own signer.
 */
function mayHaveSeveralSigners({ keys: { kind, count } }: IssuerDescription): boolean {
  return kind !== 'secret' && (count === undefined || count > 1)
}

function checkIssuer(issuer: IssuerDescription): Finding[] {
  if (issuer.issuer !== undefined || !mayHaveSeveralSigners(issuer)) return []
  return [
    {
      check: 'issuer',
      level: 'warning',
      what: 'The server accepts tokens of any issuer, and several issuers can sign them.',
      why: 'Each holder of a key can write any iss, and so name the users of another issuer.',
      remedy: 'Set issuer, or set issuers with the keys of each.',
    },
  ]
}

/** Checks which tokens the rules of a provider accept. */
export function checkClaims({ issuers }: ProviderDescription): readonly Finding[] {
  return [
    ...orOk(issuers.flatMap(checkExpiry), 'expiry', 'Every token must expire.'),
    ...orOk(issuers.flatMap(checkAudience), 'audience', 'Every token must be for this server.'),
    ...orOk(issuers.flatMap(checkIssuer), 'issuer', 'It is clear who can issue tokens.'),
  ]
}
