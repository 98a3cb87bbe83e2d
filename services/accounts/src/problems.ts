import { accountsProblems } from '@likeness/contracts'
import { problemsOf } from '@likeness/runtime/problem'

/** `throw problem('username-taken')`: this service's one table is in the contracts. */
export const problem = problemsOf(accountsProblems)
