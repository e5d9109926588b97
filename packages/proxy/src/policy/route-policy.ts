import type { Access, PermissionTemplate } from '@signet/auth'

/** A method of a line. `ALL` stands for each of the others. */
export type PolicyMethod = 'ALL' | 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT'

/**
 * Where a request names something: `path:threadId`, `query:threadId` or `body:memory.thread`. Members of the body are
 * parted by dots; `[]` behind a name stands for each entry of that list: `body:messages[].threadId`.
 */
export type Place = `body:${string}` | `path:${string}` | `query:${string}`

/** Something of the upstream that belongs to one owner, and that the proxy looks up before a request names it. */
export type ThingKind = 'message' | 'thread'

/**
 * What must be true of a thing that a request names. `own`: it exists and is the caller's. `own or new`: it is the
 * caller's, or nobody's. `new`: nobody has it. Where another owns it, the answer is 404, as if it did not exist;
 * for `new`, also where the caller has it.
 */
export type ThingState = 'new' | 'own or new' | 'own'

/** A thing that a request names. Nothing is looked up where the request does not name it. */
export interface NamedThing {
  readonly kind: ThingKind
  readonly at: Place
  readonly must: ThingState
}

/**
 * The id of a run. The proxy puts it into the name space of the owner (`<owner key>.<id>`), so that a caller reaches
 * no run of another, whatever id they choose. An id that is in the caller's name space already stays as it is.
 */
export interface RunId {
  readonly at: Place
  /** What happens to a request that has none: the proxy makes an id, or leaves it out. Default: `leave`. */
  readonly absent?: 'leave' | 'make' | undefined
}

/** How a request is bound to its owner. */
export interface OwnerRule {
  /** The places that the proxy sets to the owner key, whatever the client wrote there. */
  readonly sets?: readonly Place[] | undefined
  /** Places that are set only where the object around them is in the request, such as `body:memory.resource`. */
  readonly setsWithin?: readonly Place[] | undefined
  readonly names?: readonly NamedThing[] | undefined
  readonly runs?: readonly RunId[] | undefined
}

/** Which members an object in the body may have. A member that is in none of the lists is refused with 400. */
export interface MemberRule {
  /** Where the object stands, members parted by dots; empty for the body itself. */
  readonly at: string
  readonly allowed: readonly string[]
  /** Members that need the permission `write` of the rule. */
  readonly writes?: readonly string[] | undefined
  /** Members that the proxy leaves out. */
  readonly drops?: readonly string[] | undefined
  /** Whether the object holds the options of an agent's call: the tools that the caller may not execute are taken out there. */
  readonly isCall?: boolean | undefined
}

/** What of a body is let through. */
export interface BodyRule {
  readonly members: readonly MemberRule[]
  /** What `writes` and messages with the role `system` need. */
  readonly write?: PermissionTemplate | undefined
  /** Where lists of messages stand. The proxy leaves out the ids that clients give to messages. */
  readonly messages?: readonly string[] | undefined
}

/** A list, or an object with an entry for each id, in the answer of the upstream. */
export interface ListRule {
  /** Where it stands in the JSON of the answer, members parted by dots; empty for the answer itself. */
  readonly at: string
  /** Only entries that have the owner key in this member stay. */
  readonly owner?: string | undefined
  /** Only entries stay for which the caller holds this permission, such as `agents:read:{id}`. */
  readonly permission?: string | undefined
  /** The member that holds the id of an entry. Default: the name under which the entry stands. */
  readonly id?: string | undefined
}

/** Members of an answer that are emptied unless the caller holds a permission. */
export interface BlankRule {
  /** Where the object stands; `[]` or `{}` at the end stands for each entry of a list or of an object. */
  readonly at: string
  readonly names: readonly string[]
  /** May have `{id}`, the name under which the entry stands, or a parameter of the path. */
  readonly unless: string
}

/** What the proxy does with an answer of the upstream. An answer with a rule is read whole, within bounds. */
export interface AnswerRule {
  /** The member that has the owner key; another one, or none, makes the answer 404. */
  readonly owner?: string | undefined
  readonly lists?: readonly ListRule[] | undefined
  readonly blanks?: readonly BlankRule[] | undefined
}

/** A route that callers can be let in to. */
export interface OpenRoute {
  readonly method: PolicyMethod
  /** Below the prefix of its table, with parameters as `:name`. */
  readonly path: string
  /** Who may call it. `public` is only for what the proxy answers itself. */
  readonly access: Access
  /** `none`: nothing that the route reads or changes belongs to one owner. */
  readonly owner: OwnerRule | 'none'
  readonly body?: BodyRule | undefined
  readonly answer?: AnswerRule | undefined
  /** The proxy answers, and the upstream is not asked. */
  readonly isOurs?: boolean | undefined
}

/** A route that stays closed, whatever a caller holds. */
export interface ClosedRoute {
  readonly method: PolicyMethod
  readonly path: string
  /** Why, in a sentence for operators. */
  readonly closed: string
}

/** One line of a policy. */
export type RoutePolicy = ClosedRoute | OpenRoute

/** Whether a line is one that stays closed. */
export function isClosed(policy: RoutePolicy): policy is ClosedRoute {
  return 'closed' in policy
}
