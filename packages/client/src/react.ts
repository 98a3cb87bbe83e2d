import { useState, useSyncExternalStore } from 'react'
import type { Client } from './client.js'
import { type AvatarFlow, createAvatarFlow, type FlowOptions, type FlowSnapshot } from './flow/avatar-flow.js'

/**
 * The avatar flow of a person for a React component, which is drawn anew after every change. Give the component a `key`
 * of the person: another client or other options later are ignored.
 */
export function useAvatarFlow(client: Client, options?: FlowOptions): [FlowSnapshot, AvatarFlow] {
  const [flow] = useState(() => createAvatarFlow(client, options))
  const snapshot = useSyncExternalStore(flow.subscribe, flow.getSnapshot, flow.getSnapshot)
  return [snapshot, flow]
}
