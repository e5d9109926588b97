import { codeOf } from '@signet/auth/internal'
import { areFaultOriginsFollowed, faultOrigin } from '@signet/core'
import { isInstalled } from '../project/bundle/kind-of-file.js'
import { isOfSignet, stackPlaces } from './stack.js'

/**
 * Whether after a fault that nobody handled the state of this process cannot be trusted: Node.js says so of itself, or
 * work of Signet's own broke off at an unknown place. That is where the stack names code of Signet and none of the
 * application, and nothing of the application had begun the work. What a request, a tool or a timer of the application
 * left behind is theirs; while origins are not followed, nobody knows whose it is, and nothing ends.
 */
export function endsTrust(error: unknown): boolean {
  if (codeOf(error) === 'ERR_INTERNAL_ASSERTION') return true
  if (!areFaultOriginsFollowed() || faultOrigin() !== undefined) return false
  const files = stackPlaces(error).map(({ file }) => file)
  const isOfApplication = files.some((file) => !isOfSignet(file) && !isInstalled(file))
  return !isOfApplication && files.some(isOfSignet)
}
