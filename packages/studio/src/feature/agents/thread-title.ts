import type { Thread } from '@signet/client-js'

/** What a thread is called. */
export function threadTitle({ title }: Thread): string {
  return title.trim() === '' ? 'Untitled' : title
}
