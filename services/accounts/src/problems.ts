import { accountsProblems } from '@likeness/contracts'
import { problemsOf } from '@likeness/runtime'

/** `throw problem('username-taken')`: the one table of this service is in the contracts. */
export const problem = problemsOf(accountsProblems)
