import type { SessionState } from '@likeness/client'
import { useSyncExternalStore } from 'react'
import { session } from '../api/likeness.js'

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.state)
}
