import { sql } from 'kysely'
import t from 'tap'
import { jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'
import { upload } from '../testing/steps.js'

t.test('the table refuses an upload that cannot be', async (t) => {
  const media = await startMedia(t)
  const { id } = await upload(await media.person(), await jpeg(40, 40))
  for (const change of [
    `status = 'approved'`,
    `status = 'expired'`,
    `status = 'confirmed', expires_at = null`,
    `status = 'confirmed', expires_at = null, version = 7`,
    `version = 7`,
    `expires_at = null`,
    `original_filename = ''`,
    `original_filename = repeat('a', 256)`,
    `bytes = 0`,
    `width = 0`,
    `height = -1`,
    `pages = 0`,
    `sha256 = repeat('a', 63)`,
    `sha256 = repeat('A', 64)`,
    `sha256 = ''`,
  ]) {
    const changing = sql`update uploads set ${sql.raw(change)} where id = ${id}`.execute(media.deps.db)
    await t.rejects(changing, { message: /uploads_sound/ }, change)
  }
})
