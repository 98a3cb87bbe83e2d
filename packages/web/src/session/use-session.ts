import { useSyncExternalStore } from 'react'
import { session } from './browser-session.js'
import type { SessionState } from './session.js'

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.state)
}
