/** Whether an action is allowed, and why. */
export interface ActionVerdict {
  readonly allowed: boolean
  readonly missing: string | null
  readonly reason: string
}

/** Whether a route is allowed. `some`: for certain ids in its path. */
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

/** What a role, a list of permissions or the caller is allowed to do: `GET /system/access`. */
export interface AccessAnswer {
  readonly subject:
    | { readonly role: string }
    | { readonly permissions: string }
    | { readonly caller: string }
  readonly roles: Readonly<Record<string, readonly string[]>>
  /** Named roles and permissions that grant nothing. */
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
    readonly actions: Readonly<Record<'read' | 'execute' | 'approve', ActionVerdict>>
  }[]
  /** Absent where the server does not list them. */
  readonly workflows?: readonly {
    readonly id: string
    readonly actions: Readonly<Record<'read' | 'execute', ActionVerdict>>
  }[]
  /** Why agents and tools are not listed; absent where all are. */
  readonly unlisted?: string
}
