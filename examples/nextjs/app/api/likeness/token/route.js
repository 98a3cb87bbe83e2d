import { auth } from '../../../../auth'
import { giveToken } from '../../../../lib/likeness'

export const POST = auth(giveToken)
