/** A conversation. `title`, `metadata` and `working_memory` are JSON, times milliseconds since 1970. */
export interface ThreadTable {
  owner: string
  id: string
  title: string
  metadata: string | null
  working_memory: string | null
  /** The position that the next message gets; it never goes back. */
  next_position: number
  /** How many messages there are, so that nobody needs to count them. */
  message_count: number
  created_at: number
  updated_at: number
}

/** One name of a thread's metadata with its value, as a hash, to find threads by. */
export interface ThreadEntryTable {
  owner: string
  thread_id: string
  entry: string
}

/** A message. `body` is JSON; `words` are what search finds it by, `entries` the hashes of its metadata. */
export interface MessageTable {
  owner: string
  id: string
  thread_id: string
  position: number
  role: string
  created_at: number
  body: string
  words: string
  entries: string
}

/** What is kept about an owner apart from threads. */
export interface OwnerTable {
  owner: string
  working_memory: string | null
  updated_at: number
}

/** Which migrations have been applied. */
export interface MigrationTable {
  name: string
  applied_at: number
}

/** The tables. Their names begin with `signet_`, because the database may have others. */
export interface Schema {
  signet_thread: ThreadTable
  signet_thread_entry: ThreadEntryTable
  signet_message: MessageTable
  signet_owner: OwnerTable
  signet_migration: MigrationTable
}
