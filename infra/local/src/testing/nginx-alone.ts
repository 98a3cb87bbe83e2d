/**
 * nginx.conf for media without accounts, made of that for both services: the paths of accounts are answered as the gateway
 * of `npm start` answers them, and of the pages only those that are not for people of accounts are there.
 */
export function withoutAccounts(conf: string): string {
  const noAccounts = JSON.stringify({
    type: 'urn:likeness:problem:no-accounts',
    title: 'There are no accounts here',
    status: 404,
    code: 'no-accounts',
  })
  const changes: [what: RegExp, to: string][] = [
    [
      /^# The one origin in containers\./,
      '# Written by `npm run emit` from nginx.conf: the one origin of media without accounts.',
    ],
    [/ {2}upstream accounts \{.*?\n {2}\}\n/s, ''],
    [
      /\{ proxy_pass http:\/\/accounts; \}/g,
      `{ default_type application/problem+json; return 404 '${noAccounts}'; }`,
    ],
    [/ {4}# Files of assets\/ carry a hash.*?\n {4}\}\n/s, ''],
    [/ {4}# Begin of what `npm run emit` writes\.\n/, ''],
    [/ {4}# End of what `npm run emit` writes\.\n/, ''],
    [
      / {4}location \/ \{\n/,
      `    # The page is for people of accounts.
    location = / { return 302 /docs/; }
    location = /docs { return 301 /docs/; }
    location / { return 404; }
    location = /favicon.svg { }
    location = /openapi.json { try_files /openapi.media.json =404; }
    location /docs/ {\n`,
    ],
    [/try_files \$uri \$uri\/index\.html \/index\.html;/, 'try_files $uri $uri/index.html =404;'],
  ]
  return changes.reduce((text, [what, to]) => {
    const changed = text.replace(what, () => to)
    if (changed === text) throw new Error(`nginx.conf has nothing like ${what}`)
    return changed
  }, conf)
}
