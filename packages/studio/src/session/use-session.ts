import { useSyncExternalStore } from 'react'
import { getSession, subscribeSession, type Session } from './session.js'

/** The current session. The component is rendered again when it changes. */
export function useSession(): Session {
  return useSyncExternalStore(subscribeSession, getSession, getSession)
}
