import { DryRunQuery } from '../common.js'
import { endpointsOf } from '../endpoint.js'
import { AccountsUpkeepList, UpkeepList, UpkeepParams, UpkeepRun, UpkeepRuns } from '../upkeep.js'
import { json } from './answers.js'

const listing = {
  method: 'GET',
  by: 'manager',
  tag: 'upkeep',
  summary: 'List the tasks of upkeep',
  description: 'Each with its schedule, its next run, its last run, and whether it runs now.',
  answers: { 200: json(UpkeepList, 'Every task of the service.') },
} as const

const reading = {
  method: 'GET',
  by: 'manager',
  tag: 'upkeep',
  summary: 'Read a task of upkeep and its newest runs',
  description:
    'Of scheduled runs that found nothing to do only the newest is kept, and a thousand of all others.',
  params: UpkeepParams,
  answers: { 200: json(UpkeepRuns, 'The task.') },
  problems: ['task-not-found'],
} as const

const running = {
  method: 'POST',
  by: 'admin',
  tag: 'upkeep',
  summary: 'Run a task of upkeep now',
  description: 'A worker runs it. The address in `Location` shows how far the run is.',
  params: UpkeepParams,
  query: DryRunQuery,
  answers: { 202: json(UpkeepRun, 'The run, which waits for a worker.', { headers: ['location'] }) },
  problems: ['task-not-found', 'task-is-running'],
} as const

const ofMedia = endpointsOf('media')

/** The upkeep of the media service. */
export const upkeep = {
  list: ofMedia({ ...listing, id: 'listUpkeep', scope: 'upkeep:run', path: '/v1/upkeep' }),
  read: ofMedia({ ...reading, id: 'readUpkeep', scope: 'upkeep:run', path: '/v1/upkeep/:task' }),
  run: ofMedia({ ...running, id: 'runUpkeep', scope: 'upkeep:run', path: '/v1/upkeep/:task' }),
} as const

const ofAccounts = endpointsOf('accounts')

/** The upkeep of the accounts service. */
export const accountsUpkeep = {
  list: ofAccounts({
    ...listing,
    id: 'listAccountsUpkeep',
    path: '/v1/admin/upkeep',
    answers: { 200: json(AccountsUpkeepList, 'Every task of the service.') },
  }),
  read: ofAccounts({ ...reading, id: 'readAccountsUpkeep', path: '/v1/admin/upkeep/:task' }),
  run: ofAccounts({ ...running, id: 'runAccountsUpkeep', path: '/v1/admin/upkeep/:task' }),
} as const
