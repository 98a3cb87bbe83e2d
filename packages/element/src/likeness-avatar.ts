import {
  type Client,
  createAvatarFlow,
  createClient,
  type FlowSnapshot,
  type GetToken,
  newKey,
} from '@likeness/client'
import { type Person, type Sources, stableSources, versionSources } from './addresses.js'
import { CHANGED, type Change, hearOtherTabs, isOf, recentChange, tellChange } from './changes.js'
import { h, icon } from './dom.js'
import { createEditor, type Editor } from './editor.js'
import { reflect, takeEarly } from './reflect.js'
import { styles } from './styles.js'
import { languageAt, type Texts, textsOf } from './texts.js'

const DEFAULT_SIZE = 64

/** Milliseconds for which caches keep what a stable address showed before. */
const KEPT = 60_000

/** The attributes that are properties too. */
const REFLECTED = ['user', 'issuer', 'subject', 'size', 'alt', 'editable', 'url'] as const

/** Where there is no document, as on a server that renders pages, the module can be loaded all the same. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)

/**
 * A person's picture, `<likeness-avatar user="…" size="64">`, which the person can change if it is `editable`.
 *
 * Attributes, each of which is a property too: `user`, or `issuer` and `subject`; `size` in pixels of the page; `alt`;
 * `editable`; `url`, the origin of Likeness, by default that of this script. The event `likeness-change` tells that the
 * person changed it.
 */
export class LikenessAvatar extends Base {
  static readonly observedAttributes = [...REFLECTED, 'lang']

  declare user: string | null | undefined
  declare issuer: string | null | undefined
  declare subject: string | null | undefined
  declare size: number | string | null | undefined
  declare alt: string | null | undefined
  declare editable: boolean
  declare url: string | null | undefined

  #root: ShadowRoot | undefined
  #getToken: GetToken | undefined
  #texts: Partial<Texts> = {}
  #editor: Editor | undefined
  #change: Change | undefined
  /** When the picture was asked for, as `performance.now()` counts. */
  #askedAt = 0
  /** Makes another address of a stable one, since a browser does not ask again for one that a page shows. */
  #since: string | undefined
  #told: unknown
  #listen: AbortController | undefined

  /** Gives the access token with which the person changes their picture; see `createClient`. */
  get getToken(): GetToken | undefined {
    return this.#getToken
  }
  set getToken(getToken: GetToken | undefined) {
    this.#getToken = getToken
  }

  /** Texts in place of those of the language. */
  get texts(): Partial<Texts> {
    return this.#texts
  }
  set texts(texts: Partial<Texts>) {
    this.#texts = texts
    this.#draw()
  }

  connectedCallback(): void {
    takeEarly(this, [...REFLECTED, 'getToken', 'texts'])
    if (!this.#root) {
      this.#root = this.attachShadow({ mode: 'open' })
      this.#root.adoptedStyleSheets = [sheet()]
    }
    hearOtherTabs()
    this.#listen = new AbortController()
    const { signal } = this.#listen
    document.addEventListener(CHANGED, this.#take, { signal })
    document.addEventListener('visibilitychange', () => document.hidden || this.#lookAgain(), { signal })
    this.#draw()
  }

  disconnectedCallback(): void {
    this.#listen?.abort()
    this.#stopEditing()
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return
    if (['user', 'issuer', 'subject', 'url'].includes(name)) {
      this.#change = undefined
      this.#stopEditing()
    }
    this.#draw()
  }

  /** Opens the dialog, as the button on the picture does. */
  edit(): void {
    if (!this.#root || !this.isConnected) return
    this.#editor ??= this.#startEditing(this.#root)
    this.#editor.open()
  }

  get #url(): string {
    return this.getAttribute('url') ?? new URL(import.meta.url).origin
  }

  get #person(): Person | undefined {
    const [user, issuer, subject] = ['user', 'issuer', 'subject'].map((name) => this.getAttribute(name))
    if (user) return { user }
    return issuer && subject ? { issuer, subject } : undefined
  }

  get #size(): number {
    const size = Number(this.getAttribute('size'))
    return size > 0 ? size : DEFAULT_SIZE
  }

  get #sources(): Sources | undefined {
    const person = this.#person
    if (!person) return undefined
    const change = this.#change
    if (change?.avatar) return versionSources(change.avatar, this.#size)
    const since = change?.id ?? this.#since ?? recentChange(this.#url, person)
    return stableSources(this.#url, person, this.#size, since)
  }

  #draw(): void {
    const root = this.#root
    if (!root || !this.isConnected) return
    const texts = textsOf(languageAt(this), this.#texts)
    const picture = this.#picture(texts)
    const old = root.querySelector('.frame')
    const frame = h(
      'span',
      { class: 'frame', part: 'frame' },
      picture,
      this.hasAttribute('editable') &&
        h(
          'button',
          {
            type: 'button',
            class: 'edit',
            part: 'edit',
            'aria-label': texts.change,
            title: texts.change,
            click: () => this.edit(),
          },
          icon('M4 20l1-4L16 5l3 3L8 19l-4 1zM14 7l3 3'),
        ),
    )
    if (old) old.replaceWith(frame)
    else root.append(frame)
  }

  /** The picture in its room. Until it is there, and when there is none, a drawing stands in its place. */
  #picture(texts: Texts): HTMLImageElement {
    this.#askedAt = performance.now()
    const alt = this.getAttribute('alt') ?? (this.#change?.avatar?.altText || texts.alt)
    const image = h('img', {
      part: 'picture',
      width: this.#size,
      height: this.#size,
      alt,
      decoding: 'async',
      load: () => image.classList.remove('absent'),
      error: () => image.classList.add('absent'),
      ...this.#sources,
    })
    image.classList.add('absent')
    return image
  }

  readonly #take = (event: Event): void => {
    const { detail } = event as CustomEvent<Change>
    const person = this.#person
    if (!person || detail.url !== this.#url || !isOf(detail, person)) return
    this.#change = detail
    this.#swap()
  }

  /**
   * The page is seen again: another device may have changed the picture meanwhile. All who look in the same minute ask
   * for the same address, so that shared caches help.
   */
  #lookAgain(): void {
    if (performance.now() - this.#askedAt < KEPT) return
    this.#change = undefined
    this.#since = Math.floor(Date.now() / KEPT).toString(36)
    this.#swap()
  }

  /** Shows the picture as it is now, once it is loaded: nothing blinks. */
  #swap(): void {
    const shown = this.#root?.querySelector('img')
    if (!shown) return
    const next = this.#picture(textsOf(languageAt(this), this.#texts))
    const put = (isThere: boolean) => {
      next.classList.toggle('absent', !isThere)
      if (this.#root?.querySelector('img') === shown) shown.replaceWith(next)
    }
    next.decode().then(
      () => put(true),
      () => put(false),
    )
  }

  #startEditing(root: ShadowRoot): Editor {
    const language = languageAt(this)
    const url = this.#url
    const getToken = this.#getToken
    const client: Client = createClient({ url, language, ...(getToken && { getToken }) })
    const flow = createAvatarFlow(client)
    const editor = createEditor(flow, textsOf(language, this.#texts), (snapshot) => this.#tell(snapshot))
    root.append(editor.dialog)
    return editor
  }

  #stopEditing(): void {
    this.#editor?.stop()
    this.#editor = undefined
  }

  /** Tells everyone about a change, once. */
  #tell(snapshot: FlowSnapshot): void {
    const notice = snapshot.step === 'choosing' ? snapshot.notice : undefined
    if (notice === this.#told) return
    this.#told = notice
    if (notice?.kind !== 'published' && notice?.kind !== 'undone') return
    const live = notice.change?.live
    const avatar =
      notice.kind === 'published' && live?.avatar ? { ...live.avatar, altText: live.altText } : undefined
    const own = this.#person
    const persons: Person[] = [...(own ? [own] : []), ...(live ? [{ user: live.userId }] : [])]
    tellChange({ url: this.#url, persons, avatar, id: newKey() })
    this.dispatchEvent(
      new CustomEvent('likeness-change', {
        bubbles: true,
        composed: true,
        detail: { userId: live?.userId, avatar },
      }),
    )
  }
}

reflect(LikenessAvatar.prototype, REFLECTED)

let shared: CSSStyleSheet | undefined

/** One for all elements: no `<style>`, which a Content-Security-Policy may forbid. */
function sheet(): CSSStyleSheet {
  if (!shared) {
    shared = new CSSStyleSheet()
    shared.replaceSync(styles)
  }
  return shared
}
