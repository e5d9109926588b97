import { codeOf } from '@signet/auth/internal'
import { areFaultOriginsFollowed, faultOrigin } from '@signet/core'
import { isInstalled } from '../project/bundle/kind-of-file.js'
import { isOfSignet, stackPlaces } from './stack.js'

/**
 * Whether the state of this process can no longer be trusted after an unhandled fault: Node.js reports an internal
 * fault, or work of Signet itself stopped at an unknown place. The latter holds if the stack names code of Signet and
 * none of the application, and no code of the application began the work. A fault of a request, a tool or a timer
 * belongs to the application. While origins are not followed, its owner is unknown, and the result is false.
 */
export function endsTrust(error: unknown): boolean {
  if (codeOf(error) === 'ERR_INTERNAL_ASSERTION') return true
  if (!areFaultOriginsFollowed() || faultOrigin() !== undefined) return false
  const files = stackPlaces(error).map(({ file }) => file)
  const isOfApplication = files.some((file) => !isOfSignet(file) && !isInstalled(file))
  return !isOfApplication && files.some(isOfSignet)
}
