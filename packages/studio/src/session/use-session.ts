import { useSyncExternalStore } from 'react'
import { getSession, subscribeSession, type Session } from './session.js'

/** How the Studio reaches its server; the component follows each change. */
export function useSession(): Session {
  return useSyncExternalStore(subscribeSession, getSession, getSession)
}
