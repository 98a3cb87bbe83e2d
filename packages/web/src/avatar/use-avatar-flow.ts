import { type Dispatch, useEffect, useReducer } from 'react'
import { type FlowEvent, type FlowState, firstState, nextState } from './flow.js'
import { performTask } from './perform-task.js'

/** Runs the flow: entering a state starts its task, leaving it (or the page) aborts it. */
export function useAvatarFlow(): [FlowState, Dispatch<FlowEvent>] {
  const [state, dispatch] = useReducer(nextState, firstState)
  const task = 'task' in state ? state.task : undefined
  useEffect(() => {
    if (task === undefined) return
    const leaving = new AbortController()
    void performTask(task, dispatch, leaving.signal)
    return () => leaving.abort()
  }, [task])
  return [state, dispatch]
}
