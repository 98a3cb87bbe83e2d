import { mediaProblems } from '@likeness/contracts'
import { problemsOf } from '@likeness/runtime/problem'

/** `throw problem('upload-not-found')`: the one table of this service is in the contracts. */
export const problem = problemsOf(mediaProblems)
