import type { Permission } from '@signet/auth'

/** Why a rule refuses a request. `upstream_failed`: the upstream did not say whose something is. */
export type RefusalCode = 'not_found' | 'request_invalid' | 'scope_insufficient' | 'upstream_failed'

/** A rule of the policy refuses a request. The message is for the log; a client is told the code and the fields. */
export class PolicyRefusal extends Error {
  override readonly name = 'PolicyRefusal'
  readonly code: RefusalCode
  /** The places in query or body that are at fault, such as `memory.thread`. */
  readonly fields: readonly string[]
  /** The permissions that the caller lacks; only for `scope_insufficient`. */
  readonly missing: readonly Permission[]

  constructor(
    code: RefusalCode,
    message: string,
    {
      fields = [],
      missing = [],
    }: { fields?: readonly string[]; missing?: readonly Permission[] } = {},
  ) {
    super(message)
    this.code = code
    this.fields = fields
    this.missing = missing
  }
}

/** A request that cannot be read in one way only, or that says what nobody may. */
export function invalid(field: string, message: string): PolicyRefusal {
  return new PolicyRefusal('request_invalid', message, { fields: [field] })
}

/** What a caller names does not exist, or belongs to another: nobody is told which. */
export function notFound(message: string): PolicyRefusal {
  return new PolicyRefusal('not_found', message)
}
