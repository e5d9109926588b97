import type { Access, PermissionTemplate } from '@signet/auth'

/** A method of a line. `ALL` stands for each of the others. */
export type PolicyMethod = 'ALL' | 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT'

/**
 * Where a request names something: `path:threadId`, `query:threadId` or `body:memory.thread`. Members of the body are
 * parted by dots; `[]` behind a name stands for each entry of that list: `body:messages[].threadId`.
 */
export type Place = `body:${string}` | `path:${string}` | `query:${string}`

/** Something of the upstream that belongs to one owner, and that the proxy looks up before a request names it. */
export type ThingKind = 'conversation' | 'message' | 'response' | 'schedule' | 'thread'

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
  /** The same, only where the request has the object around the place, such as the memory of `body:memory.resource`. */
  readonly setsWithin?: readonly Place[] | undefined
  /** The same, only where the request has the place itself. */
  readonly replaces?: readonly Place[] | undefined
  readonly names?: readonly NamedThing[] | undefined
  /**
   * What the proxy makes where the body names none, because the upstream would take something that has no owner.
   * `memory`: a memory with a new thread, in `memory`. `conversation`: a conversation of the agent in `agent_id`, in
   * `conversation_id`, for a response that is to be stored.
   */
  readonly makes?: 'conversation' | 'memory' | undefined
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
  /** Members that ask for more care, and that the proxy leaves out where they are anything but `true`. */
  readonly onlyTrue?: readonly string[] | undefined
  /** Whether the object holds the options of an agent's call: the tools that the caller may not execute are taken out there. */
  readonly isCall?: boolean | undefined
}

/** What of a query is let through. The names that `owner` speaks of are let through in any case. */
export interface QueryRule {
  /** Names that need the permission `write`. */
  readonly writes?: readonly string[] | undefined
  readonly write?: PermissionTemplate | undefined
  /** Names that the proxy leaves out. `requestContext` and `apiKey` always are. */
  readonly drops?: readonly string[] | undefined
}

/** What of a body is let through. */
export interface BodyRule {
  readonly members: readonly MemberRule[]
  /** What `writes` and messages with the role `system` need. */
  readonly write?: PermissionTemplate | undefined
  /**
   * Where messages stand, one or a list of them. The proxy leaves out the ids that clients give to messages, and the
   * thread and the owner that a message names: with them, a message would move to where another reads it.
   */
  readonly messages?: readonly string[] | undefined
  /** Where messages stand that keep their thread and their owner, which `owner` of the line has looked up and set. */
  readonly storedMessages?: readonly string[] | undefined
  /**
   * Where messages of the AI SDK stand whose parts may answer a tool that waits for an approval. Such a part names a run, which
   * must be the caller's.
   */
  readonly approvals?: readonly string[] | undefined
}

/** A list, or an object with an entry for each id, in the answer of the upstream. */
export interface ListRule {
  /** Where it stands in the JSON of the answer, members parted by dots; empty for the answer itself. `*` is every member. */
  readonly at: string
  /** Only entries that have the owner key in this member stay. */
  readonly owner?: string | undefined
  /** Only entries stay whose `id` an entry of that list has, once it is filtered. */
  readonly sameIdsAs?: string | undefined
  /** Only entries stay for which the caller holds this permission, such as `agents:read:{id}`. */
  readonly permission?: string | undefined
  /** The member that holds the id of an entry. Default: the name under which the entry stands. */
  readonly id?: string | undefined
}

/** Members of an answer that are emptied unless the caller holds a permission. */
export interface BlankRule {
  /** Where the object stands, as in a list rule. */
  readonly at: string
  readonly names: readonly string[]
  /** May have `{id}`, the name that the last `*` stands for, or a parameter of the path. */
  readonly unless: string
}

/** Members of an answer that nobody is told. */
export interface DropRule {
  /** Where the object stands, as in a list rule; `*` is every entry of a list, too. */
  readonly at: string
  readonly names: readonly string[]
}

/** What the proxy does with an answer of the upstream. An answer with a rule is read whole, within bounds. */
export interface AnswerRule {
  /** Where the owner key stands, members parted by dots; another one, or none, makes the answer 404. */
  readonly owner?: string | undefined
  readonly lists?: readonly ListRule[] | undefined
  readonly blanks?: readonly BlankRule[] | undefined
  readonly drops?: readonly DropRule[] | undefined
}

/** A route that callers can be let in to. */
export interface OpenRoute {
  readonly method: PolicyMethod
  /** Below the prefix of its table, with parameters as `:name`. */
  readonly path: string
  /** What a parameter is that the path does not have, such as the one agent that the route is for. Default: nothing. */
  readonly params?: Readonly<Record<string, string>> | undefined
  /** Who may call it. `public` is only for what the proxy answers itself. */
  readonly access: Access
  /** `none`: nothing that the route reads or changes belongs to one owner. */
  readonly owner: OwnerRule | 'none'
  /**
   * Whether `agentId` of the path or of `bodyAccess` names an agent of Mastra, by its key or its id. The proxy then asks the
   * application for its agents below `/api/agents`, and judges permissions by the id. Default: no question is asked, and the
   * name counts as it is written.
   */
  readonly looksUpAgent?: boolean | undefined
  /** A permission for the agent that the body names at a place. It must be there. */
  readonly bodyAccess?:
    | { readonly permission: PermissionTemplate<'agentId'>; readonly at: Place }
    | undefined
  readonly query?: QueryRule | undefined
  /** Without it a body passes as it is, and the proxy does not read it. */
  readonly body?: BodyRule | undefined
  readonly answer?: AnswerRule | undefined
  /** A route of the Model Context Protocol: the path names a tool, or the body is a message of JSON-RPC. */
  readonly mcp?: 'message' | 'tool' | undefined
  /**
   * The path, below the prefix, where the upstream tells of the run that the route continues, with parameters as `:name`;
   * `:runId` is the run of the query. Where the route fails with 500, and the run is not suspended, the answer is 404.
   */
  readonly resumes?: string | undefined
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
