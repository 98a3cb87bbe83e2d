import { escapeHtml } from '@likeness/runtime/html'
import type { InboxMessage } from '../database/inbox.table.js'

const style = `
  :root { color-scheme: light dark; --line: #8884; --dim: #777; }
  body { margin: 0 auto; max-width: 760px; padding: 32px 16px; font: 16px/1.5 system-ui, sans-serif; }
  h1 { font-size: 1.3rem; margin: 0 0 4px; }
  p { color: var(--dim); margin: 0 0 20px; }
  details { border-top: 1px solid var(--line); }
  summary { display: flex; gap: 12px; align-items: baseline; padding: 12px 4px; cursor: pointer; }
  summary b { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  summary span, time { color: var(--dim); font-size: .9rem; }
  iframe { width: 100%; height: 440px; border: 1px solid var(--line); border-radius: 10px; background: Canvas; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem; }`

/** The list of e-mails, newest first; each opens as its reader would see it, then as plain text. */
export function inboxPage(messages: readonly InboxMessage[], product: string): string {
  const items = messages.map(
    ({ id, at, recipient, subject, text }) => `<details>
  <summary><b>${escapeHtml(subject)}</b><span>${escapeHtml(recipient)}</span><time datetime="${at.toISOString()}">${at.toISOString().slice(0, 19).replace('T', ' ')} UTC</time></summary>
  <iframe loading="lazy" title="${escapeHtml(subject)}" src="/inbox/messages/${id}" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
  <pre>${escapeHtml(text)}</pre>
</details>`,
  )
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Inbox – ${escapeHtml(product)}</title><style>${style}</style></head>
<body>
<h1>Inbox</h1>
<p>E-mails of this deployment, which has no mail server (MAIL_URL). Reload to see new ones.</p>
${items.join('\n') || '<p>No e-mails yet.</p>'}
</body>
</html>`
}

/** An e-mail as its reader sees it; its links open in a new tab. */
export const messagePage = ({ html }: InboxMessage): string =>
  html.replace('<head>', '<head><base target="_blank">')
