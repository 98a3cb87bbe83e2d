import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Language } from '@likeness/contracts'
import { ConfigError } from '@likeness/runtime/config'
import { escapeHtml } from '@likeness/runtime/html'
import type { MailData, MailKind } from '../database/mails.table.js'

export type RenderedMail = { readonly subject: string; readonly text: string; readonly html: string }

/** The e-mail templates of this deployment, ready to be filled in. */
export type Templates = { render(kind: MailKind, language: Language, data: MailData): RenderedMail }

/** The placeholders of each e-mail's template, in double braces; `product` works everywhere. */
const placeholders: Readonly<Record<MailKind, readonly string[]>> = {
  // E-mails to an unconfirmed address contain nothing that the person who asked for them could have made up.
  'verify-email': ['email', 'link', 'hours'],
  'change-email': ['email', 'link', 'hours'],
  'stop-email-change': ['email', 'newEmail', 'at', 'ip', 'link', 'hours'],
  'email-changed': ['name', 'email', 'newEmail', 'at', 'ip'],
  'already-registered': ['email', 'link'],
  'reset-password': ['name', 'email', 'link', 'minutes'],
  'password-changed': ['name', 'email', 'at', 'ip', 'device', 'link'],
  'new-device': ['name', 'email', 'at', 'ip', 'device', 'link'],
  'account-closed': ['name', 'email', 'at'],
  'avatar-withdrawn': ['name', 'email', 'at', 'reason', 'link'],
  'upload-refused': ['name', 'email', 'at', 'reason', 'link'],
  'picture-held': ['name', 'email', 'at', 'reason', 'link'],
  'avatar-failed': ['name', 'email', 'at', 'reason', 'link'],
  'webhook-paused': ['name', 'email', 'at', 'url', 'link'],
  'webhook-disabled': ['name', 'email', 'at', 'url', 'link'],
}
const languages: readonly Language[] = ['en', 'fr']
const builtIn = fileURLToPath(new URL('../../templates', import.meta.url))

/**
 * Reads all templates: `<language>/<kind>.txt` has `Subject: …` on its first line, then paragraphs; `[words](link)`
 * alone in one is a button. `layout.tmpl` turns it into HTML, unless there is a `<language>/<kind>.html`.
 * @param folder MAIL_TEMPLATES: a file there replaces the one that comes with the service
 * @throws ConfigError for a template with an unknown placeholder
 */
export function openTemplates(folder: string | undefined, product: string): Templates {
  const folders = folder === undefined ? [builtIn] : [folder, builtIn]
  const layout = read(folders, 'layout.tmpl') ?? ''
  const templates = new Map<string, { text: string; html: string | undefined }>()
  for (const kind of Object.keys(placeholders) as MailKind[]) {
    for (const language of languages) {
      const text = read(folders, `${language}/${kind}.txt`)
      if (text === undefined) throw new ConfigError([`MAIL_TEMPLATES: ${language}/${kind}.txt is missing`])
      const html = read(folders, `${language}/${kind}.html`)
      for (const source of [text, html ?? '']) assertKnown(source, `${language}/${kind}`, placeholders[kind])
      templates.set(`${language}/${kind}`, { text, html })
    }
  }
  return {
    render(kind, language, data) {
      const template = templates.get(`${language}/${kind}`)
      if (!template) throw new Error(`no template ${language}/${kind}`)
      const values = { ...data, product }
      const { subject, paragraphs } = parse(template.text)
      const title = fill(subject, values, oneLine)
      const html =
        template.html === undefined
          ? fill(layout, { language, subject: title, product }, escapeHtml).replace('<!-- content -->', () =>
              paragraphs.map((paragraph) => htmlOf(paragraph, values)).join('\n'),
            )
          : fill(template.html, values, escapeHtml)
      return { subject: title, text: paragraphs.map((one) => textOf(one, values)).join('\n\n'), html }
    },
  }
}

function read(folders: readonly string[], name: string): string | undefined {
  for (const folder of folders) {
    try {
      return readFileSync(join(folder, name), 'utf8')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  return undefined
}

function assertKnown(source: string, name: string, known: readonly string[]): void {
  for (const [, placeholder = ''] of source.matchAll(/\{\{(\w+)\}\}/g)) {
    if (placeholder === 'product' || known.includes(placeholder)) continue
    throw new ConfigError([`MAIL_TEMPLATES: ${name} uses {{${placeholder}}}; it may use ${known.join(', ')}`])
  }
}

function parse(source: string): { subject: string; paragraphs: string[] } {
  const [head = '', ...rest] = source.trim().split(/\r?\n\s*\r?\n/)
  return { subject: head.replace(/^Subject:\s*/, ''), paragraphs: rest.map((one) => one.trim()) }
}

const fill = (source: string, values: MailData, quote: (value: string) => string) =>
  source.replace(/\{\{(\w+)\}\}/g, (_, name: string) => quote(values[name] ?? ''))

// A name with a line break must not pass for a line of the e-mail.
const oneLine = (value: string) => value.replace(/\s+/g, ' ')
const button = /^\[(.+)\]\((.+)\)$/

function textOf(paragraph: string, values: MailData): string {
  const [, words, link] = button.exec(paragraph) ?? []
  const plain = words === undefined ? paragraph : `${words}:\n${link}`
  return fill(plain, values, oneLine)
}

function htmlOf(paragraph: string, values: MailData): string {
  const filled = (source: string) => fill(escapeHtml(source), values, escapeHtml)
  const [, words, link] = button.exec(paragraph) ?? []
  if (words === undefined || link === undefined) return `<p>${filled(paragraph).replace(/\n/g, '<br>')}</p>`
  return `<p><a class="button" href="${filled(link)}">${filled(words)}</a></p>`
}
