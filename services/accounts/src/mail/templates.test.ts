import { readdirSync } from 'node:fs'
import type { Language } from '@likeness/contracts'
import t from 'tap'
import type { MailKind } from '../database/mails.table.js'
import { openTemplates } from './templates.js'

const kinds = readdirSync(new URL('../../templates/en', import.meta.url)).map(
  (file) => file.replace('.txt', '') as MailKind,
)
const data = {
  name: 'Ada {{link}}\nSubject: forged',
  email: 'ada@example.com',
  newEmail: 'new@example.com',
  link: 'https://likeness.test/x?token=a&b=c',
  hours: '24',
  minutes: '30',
  at: '1 May 2026, 10:00 UTC',
  ip: '203.0.113.7',
  reason: 'It shows\nsomebody else',
  device: '<script>alert(1)</script>',
  url: 'https://shop.example.com/hooks?<script>',
}

t.test('every e-mail is complete in both languages', async (t) => {
  const templates = openTemplates(undefined, 'Likeness')
  t.equal(kinds.length, 15)
  for (const kind of kinds) {
    for (const language of ['en', 'fr'] as Language[]) {
      const { subject, text, html } = templates.render(kind, language, data)
      t.match(subject, /^.{8,70}$/, `${language}/${kind}: ${subject}`)
      t.notMatch(text.replace('{{link}}', ''), /\{\{|\}\}|undefined/)
      t.notMatch(html, /<script|<!-- content|undefined/)
      t.match(html, new RegExp(`<html lang="${language}">`))
      t.notMatch(text, /^Subject:/m, 'a name cannot start a line')
    }
  }
})
