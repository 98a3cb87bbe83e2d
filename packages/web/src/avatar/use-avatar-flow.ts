import { type Dispatch, useEffect, useReducer, useState } from 'react'
import { type FlowEvent, type FlowState, firstState, nextState } from './flow.js'
import { performTask } from './perform-task.js'

type Flow = {
  state: FlowState
  dispatch: Dispatch<FlowEvent>
  /** Bytes an upload may have, once the server has said so. */
  limit: number | undefined
}

/** Runs the flow: entering a state starts its task, leaving it (or the page) aborts it. */
export function useAvatarFlow(): Flow {
  const [state, dispatch] = useReducer(nextState, firstState)
  const [limit, setLimit] = useState<number>()
  const task = 'task' in state ? state.task : undefined
  useEffect(() => {
    if (task === undefined) return
    const leaving = new AbortController()
    void performTask(task, dispatch, setLimit, leaving.signal)
    return () => leaving.abort()
  }, [task])
  return { state, dispatch, limit }
}
