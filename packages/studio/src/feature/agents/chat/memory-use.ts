/** Whether the agent remembers this chat, and if not, why. */
export type MemoryUse =
  | { readonly kind: 'remembers' }
  | { readonly kind: 'none'; readonly text: string }
  | { readonly kind: 'refused'; readonly missing: string; readonly text: string }

/** The permissions to chat with an agent and to read its threads (docs/permissions.md). */
const NEEDED = ['memory:read', 'memory:write'] as const

/** @param supportsMemory - undefined where the caller is not allowed to read the agent */
export function readMemoryUse(
  supportsMemory: boolean | undefined,
  isAllowed: (permission: string) => boolean,
): MemoryUse {
  if (supportsMemory === false) {
    return {
      kind: 'none',
      text: 'This agent has no memory. The conversation is lost when you leave the page.',
    }
  }
  if (supportsMemory === undefined) {
    return {
      kind: 'none',
      text: 'Your token does not allow you to see whether this agent has a memory.',
    }
  }
  const missing = NEEDED.find((permission) => !isAllowed(permission))
  if (missing === undefined) return { kind: 'remembers' }
  return {
    kind: 'refused',
    missing,
    text: 'Your token does not allow the agent to remember. The conversation is lost when you leave the page.',
  }
}
