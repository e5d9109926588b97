import type { KeyProbe } from '@signet/auth'
import { durationWords, ignoredWords } from '@signet/auth/internal'
import type { JwtProvider } from './jwt-provider.js'
import { orOk, type Finding } from './finding.js'
import { shownUrl } from './issuer-name.js'

const MAX_SKEW_SECONDS = 60

/** The entries of a key set that are left out. */
function checkEntries(place: string, ignored: KeyProbe['ignored']): Finding[] {
  if (ignored.length === 0) return []
  return [
    {
      check: 'keys',
      level: 'warning',
      what: `The key set ${place} has entries that cannot be used.`,
      why: `${ignoredWords(ignored)} A token that is signed with one of them is refused.`,
      remedy: 'Mend or remove them, or have the issuer do that. The other keys serve meanwhile.',
    },
  ]
}

function checkReach({ url, problem, remedy, usableKeys, ignored }: KeyProbe): Finding[] {
  const check = 'keys'
  if (problem !== undefined) {
    return [
      {
        check,
        level: 'error',
        what: `No keys come from ${shownUrl(url)}.`,
        why: `${problem} Without keys, every token is answered with 503.`,
        remedy,
      },
    ]
  }
  if (usableKeys > 0) return []
  return [
    {
      check,
      level: 'error',
      what: `The key set of ${shownUrl(url)} has no key that can be used.`,
      why:
        ignored.length === 0
          ? 'Every token is refused.'
          : `${ignoredWords(ignored)} Every token is answered with 503.`,
      remedy:
        'Have the issuer publish a signing key: RSA of at least 2048 bits, or a key of an elliptic curve.',
    },
  ]
}

function checkClock({ url, clockAheadSeconds = 0 }: KeyProbe): Finding[] {
  if (Math.abs(clockAheadSeconds) <= MAX_SKEW_SECONDS) return []
  const direction = clockAheadSeconds > 0 ? 'ahead of' : 'behind'
  return [
    {
      check: 'clock',
      level: 'warning',
      what: `The clock here is ${durationWords(clockAheadSeconds)} ${direction} that of ${shownUrl(url)}.`,
      why: 'Tokens seem to expire too early or too late, or not to be active yet.',
      remedy: 'Have both set their clocks by NTP.',
    },
  ]
}

/** Fetches the keys that a provider would fetch. */
export async function checkKeys(provider: JwtProvider): Promise<readonly Finding[]> {
  const probes = await provider.probeKeys()
  const given = provider
    .describe()
    .issuers.flatMap(({ keys }) => checkEntries('that the application has', keys.ignored))
  if (probes.length === 0) return given
  const hasClock = probes.some(({ clockAheadSeconds }) => clockAheadSeconds !== undefined)
  const clocks = probes.flatMap(checkClock)
  const findings = probes.flatMap((probe) => [
    ...checkReach(probe),
    ...(probe.usableKeys > 0 ? checkEntries(`of ${shownUrl(probe.url)}`, probe.ignored) : []),
  ])
  return [
    ...given,
    ...orOk(findings, 'keys', 'The keys can be fetched.'),
    ...(hasClock ? orOk(clocks, 'clock', 'The clock is that of the key server.') : clocks),
  ]
}
