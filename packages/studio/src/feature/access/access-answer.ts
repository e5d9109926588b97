/** Whether something may be done, and why. */
export interface ActionVerdict {
  readonly allowed: boolean
  readonly missing: string | null
  readonly reason: string
}

/** Whether a route lets its caller in. `some`: for certain ids in its path. */
export interface RouteVerdict {
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly access: 'public' | 'authenticated' | 'permission'
  readonly permissions: readonly string[]
  readonly allowed: 'yes' | 'no' | 'some'
  readonly missing: readonly string[]
  readonly reason: string
}

/** What a role, permissions or the caller may do: `GET /system/access`. */
export interface AccessAnswer {
  readonly subject:
    | { readonly role: string }
    | { readonly permissions: string }
    | { readonly caller: string }
  readonly roles: Readonly<Record<string, readonly string[]>>
  /** What was named and grants nothing. */
  readonly unknown: readonly string[]
  readonly routes: readonly RouteVerdict[]
  readonly agents: readonly {
    readonly id: string
    readonly name: string
    readonly actions: Readonly<Record<'read' | 'execute' | 'write', ActionVerdict>>
    readonly tools: readonly string[]
  }[]
  readonly tools: readonly {
    readonly id: string
    readonly actions: Readonly<Record<'read' | 'execute', ActionVerdict>>
  }[]
}
