import { escapeHtml } from '@likeness/runtime/html'
import type { InboxMessage } from '../database/inbox.table.js'

/** The look of the account page, which this service does not serve. */
const style = `
  :root { color-scheme: light dark; --paper: light-dark(#f7f4ee, #151412); --card: light-dark(#fffdf9, #1f1d1a);
    --ink: light-dark(#211d17, #f2ede3); --soft: light-dark(#635c50, #aca393); --line: light-dark(#e2dacb, #35312a);
    --accent: light-dark(#0b6b57, #78d5b9); }
  * { box-sizing: border-box; }
  body { margin: 0 auto; max-width: 56rem; padding: 2rem 1rem 4rem; background: var(--paper); color: var(--ink);
    font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
  h1 { margin: 0; font: 600 2rem/1.2 "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, "Liberation Serif", serif; }
  p { margin: .4rem 0 1.5rem; color: var(--soft); }
  a { color: var(--accent); }
  ul { margin: 0; padding: 0; overflow: hidden; border: 1px solid var(--line); border-radius: 1.5rem;
    background: var(--card); list-style: none; }
  li + li { border-top: 1px solid var(--line); }
  summary { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .9rem 1.25rem; cursor: pointer; }
  summary b { font-weight: 600; overflow-wrap: anywhere; }
  summary span, time { color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
  summary span { grid-row: 2; }
  summary:hover b { color: var(--accent); }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: -4px; border-radius: 1.25rem; }
  iframe { display: block; width: calc(100% - 2.5rem); height: 28rem; margin: 0 1.25rem; border: 1px solid var(--line);
    border-radius: 1rem; background: Canvas; }
  pre { margin: 0; padding: 1rem 1.25rem 1.5rem; color: var(--soft); font-size: .85rem; white-space: pre-wrap;
    overflow-wrap: anywhere; }
  .empty { padding: 3rem 1.25rem; color: var(--soft); text-align: center; }`

/** The list of e-mails, newest first; each opens as its reader would see it, then as plain text. */
export function inboxPage(messages: readonly InboxMessage[], product: string): string {
  const items = messages.map(
    ({ id, at, recipient, subject, text }) => `<li><details>
  <summary><b>${escapeHtml(subject)}</b><time datetime="${at.toISOString()}">${at.toISOString().slice(0, 19).replace('T', ' ')} UTC</time><span>to ${escapeHtml(recipient)}</span></summary>
  <iframe loading="lazy" title="${escapeHtml(subject)}" src="/inbox/messages/${id}" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
  <pre>${escapeHtml(text)}</pre>
</details></li>`,
  )
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Inbox – ${escapeHtml(product)}</title><style>${style}</style></head>
<body>
<main>
<h1>Inbox</h1>
<p>E-mails of this deployment, which has no mail server (MAIL_URL). Reload to see new ones.</p>
<ul>${items.join('\n') || '<li class="empty">No e-mails yet.</li>'}</ul>
</main>
</body>
</html>`
}

/** An e-mail as its reader sees it; its links open in a new tab. */
export const messagePage = ({ html }: InboxMessage): string =>
  html.replace('<head>', '<head><base target="_blank">')
