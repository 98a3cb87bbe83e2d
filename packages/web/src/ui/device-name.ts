import { textsOf, useTexts } from '../language/texts.js'

const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'Mac'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]

const find = (list: typeof browsers, agent: string) => list.find(([pattern]) => pattern.test(agent))?.[1]

/** Names a device by its User-Agent, such as `Firefox on Linux`; programs by what they call themselves. */
export function useDeviceName(): (userAgent: string | null) => string {
  const words = useTexts(texts)
  return (userAgent) => {
    if (!userAgent) return words.unknown
    const [browser, system] = [find(browsers, userAgent), find(systems, userAgent)]
    if (browser && system) return words.on(browser, system)
    return browser ?? system ?? userAgent.split(/[ /]/)[0] ?? words.unknown
  }
}

const texts = textsOf({
  en: { unknown: 'Unknown device', on: (browser: string, system: string) => `${browser} on ${system}` },
  fr: { unknown: 'Appareil inconnu', on: (browser: string, system: string) => `${browser} sur ${system}` },
})
