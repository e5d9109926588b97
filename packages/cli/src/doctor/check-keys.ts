import type { KeyProbe } from '@signet/auth'
import { durationWords, ignoredWords } from '@signet/auth/internal'
import type { JwtProvider } from './jwt-provider.js'
import { orOk, type Finding } from './finding.js'
import { shownUrl } from './issuer-name.js'

const MAX_SKEW_SECONDS = 60

/** Reports the entries of a key set that cannot be used. */
function checkEntries(place: string, ignored: KeyProbe['ignored']): Finding[] {
  if (ignored.length === 0) return []
  return [
    {
      check: 'keys',
      level: 'warning',
      what: `The key set ${place} has entries that cannot be used.`,
      why: `${ignoredWords(ignored)} The server refuses a token that is signed with one of them.`,
      remedy: 'Correct or remove these entries, or ask the issuer to. The other keys still work.',
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
        what: `The keys cannot be fetched from ${shownUrl(url)}.`,
        why: `${problem} Without keys, the response to every token is 503.`,
        remedy,
      },
    ]
  }
  if (usableKeys > 0) return []
  return [
    {
      check,
      level: 'error',
      what: `The key set of ${shownUrl(url)} has no usable key.`,
      why:
        ignored.length === 0
          ? 'The server refuses every token.'
          : `${ignoredWords(ignored)} The response to every token is 503.`,
      remedy:
        'Ask the issuer to publish a signing key: RSA of at least 2048 bits, or a key of an elliptic curve.',
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
      what: `The clock of this machine is ${durationWords(clockAheadSeconds)} ${direction} the clock of ${shownUrl(url)}.`,
      why: 'To the server, tokens seem to expire too early or too late, or not to be active yet.',
      remedy: 'Set both clocks by NTP.',
    },
  ]
}

/** What came of asking the endpoint about a token that nobody has issued. */
function checkIntrospection({ url, problem, remedy }: KeyProbe): Finding[] {
  if (problem === undefined) return []
  return [
    {
      check: 'introspection',
      level: 'error',
      what: `The introspection endpoint ${shownUrl(url)} cannot be used.`,
      why: `${problem} The server asks this endpoint about each opaque token.`,
      remedy,
    },
  ]
}

/** Fetches the keys that a provider would fetch, asks its introspection endpoints, and reports faults. */
export async function checkKeys(provider: JwtProvider): Promise<readonly Finding[]> {
  const all = await provider.probeKeys()
  const probes = all.filter(({ kind }) => kind !== 'introspection')
  const endpoints = all.filter(({ kind }) => kind === 'introspection')
  const given = provider
    .describe()
    .issuers.flatMap(({ keys }) => checkEntries('of the application', keys.ignored))
  const introspection =
    endpoints.length === 0
      ? []
      : orOk(
          endpoints.flatMap(checkIntrospection),
          'introspection',
          'The introspection endpoint answers.',
        )
  if (probes.length === 0) return [...given, ...introspection]
  const hasClock = probes.some(({ clockAheadSeconds }) => clockAheadSeconds !== undefined)
  const clocks = probes.flatMap(checkClock)
  const findings = probes.flatMap((probe) => [
    ...checkReach(probe),
    ...(probe.usableKeys > 0 ? checkEntries(`of ${shownUrl(probe.url)}`, probe.ignored) : []),
  ])
  return [
    ...given,
    ...orOk(findings, 'keys', 'The keys can be fetched.'),
    ...(hasClock
      ? orOk(clocks, 'clock', 'The clock agrees with the clock of the key server.')
      : clocks),
    ...introspection,
  ]
}
