import type { ProviderDescription, SecretMeasure } from '@signet/auth'
import { orOk, type Finding } from './finding.js'

/** What a secret of so many random bytes, in whatever spelling, does not fall short of. */
const MIN_DISTINCT = 10
const MIN_BYTES = 32

/** Why a secret can be guessed; undefined for one that looks random. */
function weakness(secret: SecretMeasure): string | undefined {
  const { distinctCharacters, repeatsAfter, isDigitsOnly } = secret
  if (distinctCharacters === 1) return 'It is one character, repeated.'
  if (isDigitsOnly) return 'It is all digits.'
  if (distinctCharacters < MIN_DISTINCT) {
    return `It has only ${distinctCharacters} different characters, and a random one has more.`
  }
  if (repeatsAfter < MIN_BYTES) {
    return `It begins again after ${repeatsAfter} bytes, and only these count.`
  }
  return undefined
}

/** What somebody seems to have pasted along with a secret. */
function checkSlip({ slip }: SecretMeasure, which: string): Finding[] {
  if (slip === undefined) return []
  return [
    {
      check: 'secret',
      level: 'warning',
      what: `${which} has ${slip}.`,
      why: 'That is part of it, so that a token that was signed without is refused.',
      remedy: 'Take it off, unless whoever signs the tokens has it, too.',
    },
  ]
}

/** Secrets that are long enough, but look as if somebody had thought of them. */
export function checkSecrets({ issuers }: ProviderDescription): readonly Finding[] {
  const secrets = issuers.flatMap(({ keys }) => keys.secrets)
  if (secrets.length === 0) return []
  const findings = secrets.flatMap((secret, index): Finding[] => {
    const which = secrets.length === 1 ? 'The secret' : `Secret ${index + 1} of ${secrets.length}`
    const slips = checkSlip(secret, which)
    const why = weakness(secret)
    if (why === undefined) return slips
    return [
      ...slips,
      {
        check: 'secret',
        level: 'warning',
        what: `${which} can be guessed.`,
        why: `${why} Whoever has one token can try secrets on it, and then make tokens for anyone.`,
        remedy: 'Make another one with: npx signet secret',
      },
    ]
  })
  const count = secrets.length === 1 ? 'The secret is' : `All ${secrets.length} secrets are`
  return orOk(findings, 'secret', `${count} long, and nothing about it looks thought up.`)
}
