/** Who says something. */
export type Role = 'user' | 'assistant' | 'system' | 'tool'

/**
 * A message as models see it (`content`), or as a chat shows it (`parts`). A thread that has a message of its `id`
 * does not store it a second time.
 */
export type Message =
  | {
      readonly id?: string | undefined
      readonly role: Role
      readonly content: string | readonly object[]
    }
  | { readonly id?: string | undefined; readonly role: Role; readonly parts: readonly object[] }

/** What an agent can be asked: a text, a message, or a list of both. */
export type MessageInput = string | Message | readonly (string | Message)[]
