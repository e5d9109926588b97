import type { Algorithm } from '../jws/algorithm.js'
import type { TokenHeader } from '../jws/compact.js'
import type { KeySource, VerificationKey } from './key-source.js'

/** A source of keys among several, and what it alone serves. */
export interface KeyPart {
  readonly keys: KeySource
  readonly algorithms: readonly Algorithm[]
}

function algorithmOf(header: TokenHeader): unknown {
  return Object.hasOwn(header, 'alg') ? header.alg : undefined
}

/**
 * Several sources of keys as one. The algorithm of a token says which of them is asked, and no other is: a token is never
 * tried with keys of two kinds (RFC 8725 section 3.1).
 *
 * @param parts - no algorithm stands in two of them
 */
export function combineKeys(parts: readonly KeyPart[]): KeySource {
  const byAlgorithm = new Map<unknown, KeySource>(
    parts.flatMap(({ keys, algorithms }) => algorithms.map((algorithm) => [algorithm, keys])),
  )
  const sourceOf = (header: TokenHeader) => byAlgorithm.get(algorithmOf(header))

  /** For whoever has no token, and asks what there is. */
  async function findAll(header: TokenHeader): Promise<readonly VerificationKey[]> {
    const found = await Promise.all(parts.map(async ({ keys }) => keys.find(header)))
    return found.flat()
  }

  return {
    find(header) {
      if (algorithmOf(header) === undefined) return findAll(header)
      return sourceOf(header)?.find(header) ?? []
    },
    // Each number only grows, so that the sum changes with each of them.
    get generation() {
      return parts.reduce((sum, { keys }) => sum + (keys.generation ?? 0), 0)
    },
    isTrusted(header) {
      const source = sourceOf(header)
      return source?.isTrusted === undefined || source.isTrusted(header)
    },
    keepFresh(header) {
      sourceOf(header)?.keepFresh?.(header)
    },
  }
}
