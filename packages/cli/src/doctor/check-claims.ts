import type { IssuerDescription, ProviderDescription } from '@signet/auth'
import { orOk, type Finding } from './finding.js'
import { ofIssuer } from './issuer-name.js'

function checkExpiry(issuer: IssuerDescription): Finding[] {
  if (issuer.requiresExpiry || issuer.maxTokenAgeSeconds !== undefined) return []
  return [
    {
      check: 'expiry',
      level: 'warning',
      what: `Tokens${ofIssuer(issuer)} that never expire are accepted.`,
      why: 'One that leaks is good until the key is changed, which ends all others too.',
      remedy: 'Leave requireExpiry out, or set maxTokenAgeSeconds.',
    },
  ]
}

function checkAudience(issuer: IssuerDescription): Finding[] {
  if (issuer.audience !== undefined) return []
  const isSecret = issuer.keys.kind === 'secret'
  return [
    {
      check: 'audience',
      level: isSecret ? 'warning' : 'note',
      what: `Tokens${ofIssuer(issuer)} are accepted whichever server they are for.`,
      why: isSecret
        ? 'Another service with this secret makes tokens that are good here, and the other way round.'
        : 'That is written out (audience: false): a token for another server of this issuer is good here.',
      remedy: 'Set audience to the name of this server, and put it into the tokens as aud.',
    },
  ]
}

/** Secrets in a list are for rotation (one signer); public keys of a list or a set have each its own. */
function mayHaveSeveralSigners({ keys: { kind, count } }: IssuerDescription): boolean {
  return kind !== 'secret' && (count === undefined || count > 1)
}

function checkIssuer(issuer: IssuerDescription): Finding[] {
  if (issuer.issuer !== undefined || !mayHaveSeveralSigners(issuer)) return []
  return [
    {
      check: 'issuer',
      level: 'warning',
      what: 'Tokens are accepted whoever issued them, and several could.',
      why: 'Each holder of one of the keys can write any iss, and so name the users of the others.',
      remedy: 'Set issuer, or issuers with the keys of each.',
    },
  ]
}

/** What the rules of a provider leave open. */
export function checkClaims({ issuers }: ProviderDescription): readonly Finding[] {
  return [
    ...orOk(issuers.flatMap(checkExpiry), 'expiry', 'Every token has to expire.'),
    ...orOk(issuers.flatMap(checkAudience), 'audience', 'Every token has to be for this server.'),
    ...orOk(issuers.flatMap(checkIssuer), 'issuer', 'It is clear who can issue tokens.'),
  ]
}
