import { giveKeys } from '../../../../lib/likeness'

export const dynamic = 'force-dynamic'
export const GET = giveKeys
