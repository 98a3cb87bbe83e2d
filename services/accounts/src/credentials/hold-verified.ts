import type { Database, Transaction } from '@likeness/runtime/database'
import type { Tables } from '../database/database.js'
import { lockPerson, type Person } from '../database/people.queries.js'
import type { Hasher } from './hasher.js'

/**
 * Does what a password was given for while nobody else can change the account. Verifying is slow and happens outside
 * transactions, so the password may have changed meanwhile; it is then verified again, against the current hash.
 * @param verified the person as they were when `password` was found to be theirs
 * @param work runs in the transaction that holds the person's rows, and is given the person as they are now
 * @returns undefined when the password is no longer theirs, or the person is gone
 */
export async function holdVerified<Result>(
  { db, hasher }: { db: Database<Tables>; hasher: Hasher },
  verified: Person,
  password: string,
  work: (trx: Transaction<Tables>, person: Person) => Promise<Result>,
): Promise<Result | undefined> {
  let known = verified
  for (;;) {
    const { person, result } = await db.transaction().execute(async (trx) => {
      const held = await lockPerson(trx, known.id)
      if (held?.password_hash !== known.password_hash) return { person: held, result: undefined }
      return { person: held, result: { value: await work(trx, held) } }
    })
    if (result) return result.value
    if (!person || !(await hasher.verify(person.password_hash, password))) return undefined
    known = person
  }
}
