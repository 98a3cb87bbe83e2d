import type { Language } from './problems.js'

/** A text in each language, which may name parameters in braces. */
export type Text = Readonly<Record<Language, string>>
export type TextParameters = Readonly<Record<string, string | number | Text>>

const say = (en: string, fr: string): Text => ({ en, fr })

/**
 * Every fault a field of a request can have, by its code. The text continues the name of the field. The words of
 * validation libraries never reach a client.
 */
export const fieldFaults = {
  required: say('is required', 'est obligatoire'),
  'unknown-field': say('is not a known field', 'n’est pas un champ connu'),
  'unknown-parameter': say('is not a parameter of this address', 'n’est pas un paramètre de cette adresse'),
  'given-twice': say('must be given only once', 'ne doit être donné qu’une fois'),
  'not-as-in-address': say(
    'must be the same in the address and in the form',
    'doit être identique dans l’adresse et dans le formulaire',
  ),
  'not-both': say(
    'must not be given together with {other}',
    'ne doit pas être donné en même temps que {other}',
  ),
  'not-as-given': say('must be as it was given', 'doit être tel qu’il a été donné'),
  'unexpected-body': say('must not have a body', 'doit être sans corps'),

  'not-text': say('must be text', 'doit être un texte'),
  'not-a-number': say('must be a number', 'doit être un nombre'),
  'not-a-whole-number': say('must be a whole number', 'doit être un nombre entier'),
  'not-true-or-false': say('must be true or false', 'doit valoir true ou false'),
  'not-an-object': say('must be a JSON object', 'doit être un objet JSON'),
  'not-a-list': say('must be a list', 'doit être une liste'),
  'not-a-choice': say('must be one of: {choices}', 'doit être l’une de ces valeurs : {choices}'),
  'not-the-value': say('must be {value}', 'doit valoir {value}'),

  empty: say('must not be empty', 'ne doit pas être vide'),
  'too-short': say('must have at least {limit} characters', 'doit comporter au moins {limit} caractères'),
  'too-long': say('must have at most {limit} characters', 'doit comporter au plus {limit} caractères'),
  'too-small': say('must be at least {limit}', 'doit valoir au moins {limit}'),
  'too-large': say('must be at most {limit}', 'doit valoir au plus {limit}'),
  'not-above': say('must be more than {limit}', 'doit valoir plus de {limit}'),
  'not-below': say('must be less than {limit}', 'doit valoir moins de {limit}'),
  'not-a-multiple': say('must be a multiple of {limit}', 'doit être un multiple de {limit}'),
  'too-few': say('must have at least {limit} entries', 'doit comporter au moins {limit} éléments'),
  'too-many': say('must have at most {limit} entries', 'doit comporter au plus {limit} éléments'),
  'not-unique': say('must not have the same entry twice', 'ne doit pas comporter deux fois le même élément'),

  'unclean-text': say(
    'must not contain invisible control characters',
    'ne doit pas contenir de caractères de contrôle invisibles',
  ),
  'not-storable': say(
    'must be at most {levels} levels deep, without invisible control characters',
    'doit comporter au plus {levels} niveaux, sans caractères de contrôle invisibles',
  ),
  'too-much-json': say(
    'must have at most {limit} characters as JSON',
    'doit comporter au plus {limit} caractères en JSON',
  ),
  'wrong-form': say('does not have the right format', 'n’a pas la bonne forme'),
  'not-valid': say('is not valid', 'n’est pas valide'),

  'not-an-id': say('must be an id (UUID)', 'doit être un identifiant (UUID)'),
  'not-an-email': say('must be an e-mail address', 'doit être une adresse e-mail'),
  'too-long-before-at': say(
    'must have at most 64 characters before the @',
    'doit comporter au plus 64 caractères avant le @',
  ),
  'not-a-date': say('must be a date such as 2026-01-31', 'doit être une date comme 2026-01-31'),
  'not-a-time': say(
    'must be a time in UTC such as 2026-01-31T12:00:00Z',
    'doit être une date et une heure UTC comme 2026-01-31T12:00:00Z',
  ),
  'not-after': say('must not be before {field}', 'ne doit pas être antérieur à {field}'),
  'not-of-an-export': say(
    'belongs to pages: a whole export has none',
    'concerne les pages : un export complet n’en a pas',
  ),
  'not-a-failure': say(
    'must be the code of a failure, such as invalid-image',
    'doit être le code d’un échec, comme invalid-image',
  ),
  'not-a-url': say('must be a web address', 'doit être une adresse web'),
  'not-a-public-url': say(
    'must be an https:// address in the public internet, without user name or password',
    'doit être une adresse https:// de l’internet public, sans nom d’utilisateur ni mot de passe',
  ),
  'not-an-ip-address': say('must be an IP address', 'doit être une adresse IP'),
  'not-on-site': say('must be an https:// address on {site}', 'doit être une adresse https:// sur {site}'),
  'not-a-username': say(
    'must be 3 to 32 letters from a to z, digits, dots, underscores or hyphens, with a letter or digit at both ends',
    'doit comporter de 3 à 32 lettres de a à z, chiffres, points, tirets bas ou traits d’union, avec une lettre ou un chiffre au début et à la fin',
  ),
  'not-a-phone-number': say('must be a valid phone number', 'doit être un numéro de téléphone valide'),
  'not-a-birth-date': say(
    'must not be in the future or more than {years} years ago',
    'ne doit être ni dans le futur ni remonter à plus de {years} ans',
  ),
  'not-the-same': say('must be the same as {field}', 'doit être identique à {field}'),
  'not-an-open-group': say(
    'must be a group that is open for registration: {groups}',
    'doit être un groupe ouvert à l’inscription : {groups}',
  ),

  'too-common': say('is one of the most common passwords', 'fait partie des mots de passe les plus courants'),
  'too-personal': say(
    'must not be made of your own name or address',
    'ne doit pas être fait de votre nom ou de votre adresse',
  ),
  'too-easy-to-guess': say('is too easy to guess', 'est trop facile à deviner'),

  'not-an-idempotency-key': say(
    'must be 1 to 255 printable ASCII characters',
    'doit comporter de 1 à 255 caractères ASCII imprimables',
  ),
  'not-an-entity-tag': say(
    'must be * or the ETag that was seen, in quotes, such as "17"',
    'doit être * ou ce qui a été vu, entre guillemets droits, comme "17"',
  ),
  'not-an-event-id': say(
    'must be the id of an event of this stream',
    'doit être l’identifiant d’un événement de ce flux',
  ),
  'not-a-sha256': say(
    'must be a SHA-256 hash of 64 hexadecimal digits',
    'doit être une empreinte SHA-256 de 64 chiffres hexadécimaux',
  ),
  'not-an-email-hash': say(
    'must be an MD5 or SHA-256 hash in hexadecimal digits',
    'doit être une empreinte MD5 ou SHA-256 en chiffres hexadécimaux',
  ),
  'not-a-cause': say(
    'must be a cause as the list of failures names it',
    'doit être une cause telle que la liste des échecs la nomme',
  ),
  'one-or-a-cause': say(
    'must name either an upload ({ uploadId }) or a step and a cause ({ step, cause })',
    'doit nommer soit un envoi ({ uploadId }), soit une étape et une cause ({ step, cause })',
  ),
  'not-an-image-type': say(
    'must be the type of an image, such as image/jpeg',
    'doit être le type d’une image, comme image/jpeg',
  ),
  'not-a-picture-name': say(
    'must be a size and a format, such as 256.webp',
    'doit être une taille et un format, comme 256.webp',
  ),
  'not-a-hashed-name': say(
    'must be the hash of an e-mail address, with .png, .jpg, .webp or nothing after it',
    'doit être l’empreinte d’une adresse e-mail, suivie de .png, .jpg, .webp ou de rien',
  ),
} as const satisfies Readonly<Record<string, Text>>
export type FieldFaultCode = keyof typeof fieldFaults

/** One fault of one field. */
export type FieldFault = {
  /**
   * Keys from the outside in, joined by dots; or a query parameter, or a header in lower case. Empty for the body
   * itself.
   */
  readonly path: string
  readonly code: FieldFaultCode
  readonly parameters?: TextParameters
}

/** A fault as an answer shows it. */
export const viewFault = ({ path, code, parameters = {} }: FieldFault, language: Language) => ({
  path,
  code,
  message: fillIn(fieldFaults[code], parameters, language),
})

/** A text with its parameters in one language. */
export const fillIn = (text: Text, parameters: TextParameters, language: Language): string =>
  text[language].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name] ?? '…'
    return typeof value === 'object' ? value[language] : String(value)
  })
