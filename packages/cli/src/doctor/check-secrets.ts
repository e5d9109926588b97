import type { ProviderDescription, SecretMeasure } from '@signet/auth'
import { orOk, type Finding } from './finding.js'

/** A random secret of the minimum length has at least this many different characters, in any encoding. */
const MIN_DISTINCT = 10
const MIN_BYTES = 32

/** Why a secret can be guessed; undefined for one that looks random. */
function weakness(secret: SecretMeasure): string | undefined {
  const { distinctCharacters, repeatsAfter, isDigitsOnly } = secret
  if (distinctCharacters === 1) return 'It repeats one character.'
  if (isDigitsOnly) return 'It has only digits.'
  if (distinctCharacters < MIN_DISTINCT) {
    return `It has only ${distinctCharacters} different characters; a random secret has more.`
  }
  if (repeatsAfter < MIN_BYTES) {
    return `It repeats itself after ${repeatsAfter} bytes, so only these count.`
  }
  return undefined
}

/** Reports characters that were probably pasted along with a secret. */
function checkSlip({ slip }: SecretMeasure, which: string): Finding[] {
  if (slip === undefined) return []
  return [
    {
      check: 'secret',
      level: 'warning',
      what: `${which} has ${slip}.`,
      why: 'This is a part of the secret: the server refuses a token that was signed without it.',
      remedy: 'Remove it, unless the signer of the tokens has the same secret.',
    },
  ]
}

/** Reports secrets that are long enough, but do not look random. */
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
        why: `${why} Whoever has one token can test guesses on it, and then sign tokens for anyone.`,
        remedy: 'Create another one with: npx signet secret',
      },
    ]
  })
  const looks =
    secrets.length === 1
      ? 'The secret is long and looks random.'
      : `All ${secrets.length} secrets are long and look random.`
  return orOk(findings, 'secret', looks)
}
