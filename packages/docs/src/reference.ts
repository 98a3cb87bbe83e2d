import { createSession, type LikenessError } from '@likeness/client'

/** What this page needs of the library that shows the reference; its script defines it. */
declare global {
  var Scalar: {
    createApiReference: (element: string, configuration: Readonly<Record<string, unknown>>) => unknown
  }
}

/** A request as the library is about to make it. */
type RequestBuilder = { headers: Headers; security: readonly { readonly value: string }[] }

/** The session that the account page keeps too: whoever is logged in there is logged in here. */
const session = createSession({ mode: 'cookie', language: 'en' })

Scalar.createApiReference('#reference', {
  url: '/openapi.json',
  theme: 'none',
  hideDarkModeToggle: true,
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  externalUrls: { dashboardUrl: '', registryUrl: '', proxyUrl: '', apiBaseUrl: '' },
  onBeforeRequest: async ({ requestBuilder: request }: { requestBuilder: RequestBuilder }) => {
    // A token that someone fills in at an operation is used as it is.
    const isGiven = request.security.some(({ value }) => value !== '')
    if (session.state().status !== 'signed-in' || isGiven) return
    request.security = []
    request.headers.set('authorization', `Bearer ${await session.getToken()}`)
  },
})

const access = document.querySelector('#access')
// Media alone has nobody's password: its callers fill in a token of their own login.
const { paths } = (await (await fetch('/openapi.json')).json()) as { paths: object }
if ('/v1/sessions' in paths) {
  session.subscribe(showAccess)
  showAccess()
}

/** Who calls: the form to log in, or the way out. */
function showAccess(): void {
  access?.replaceChildren(session.state().status === 'signed-in' ? signedIn() : form())
}

function signedIn(): HTMLElement {
  const out = button('Log out')
  out.type = 'button'
  const line = make('p', 'You are logged in: every call you try carries your token. ', out)
  line.setAttribute('role', 'status')
  out.addEventListener('click', () => {
    session.logOut().catch((fault: LikenessError) => line.append(fault.detail))
  })
  return line
}

function form(): HTMLElement {
  const login = field('E-mail or username', 'text', 'username')
  const password = field('Password', 'password', 'current-password')
  const fault = make('p')
  fault.setAttribute('role', 'alert')
  const form = make('form', login.label, password.label, button('Log in to try calls'), fault)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    fault.textContent = ''
    session
      .logIn({ login: login.input.value, password: password.input.value })
      .catch((error: LikenessError) => {
        fault.textContent = error.detail
        password.input.focus()
      })
  })
  return form
}

function field(words: string, type: string, autocomplete: AutoFill) {
  const input = document.createElement('input')
  Object.assign(input, { type, autocomplete, required: true })
  return { input, label: make('label', words, input) }
}

function button(words: string): HTMLButtonElement {
  const button = document.createElement('button')
  button.textContent = words
  return button
}

function make(tag: 'p' | 'form' | 'label', ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag)
  element.append(...children)
  return element
}
