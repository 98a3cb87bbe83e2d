import { textsOf, useTexts } from '../language/texts.js'

/** Names the fields of a profile, by their paths; a group's own by the label it gives them. */
export function useProfileLabels() {
  const labels: Readonly<Record<string, string>> = useTexts(texts)
  return (path: string, own?: string | null): string => own ?? labels[path] ?? path
}

const texts = textsOf({
  en: {
    'profile.firstName': 'First name',
    'profile.lastName': 'Last name',
    'profile.nickname': 'Nickname',
    'profile.bio': 'About you',
    'profile.phoneNumber': 'Phone number',
    'profile.companyName': 'Company',
    'profile.profession': 'Profession',
    'profile.birthDate': 'Date of birth',
    'profile.linkedinUrl': 'LinkedIn page',
    'profile.githubUrl': 'GitHub page',
    'profile.isProfessional': 'I am a professional',
    'profile.locale': 'Language',
    'profile.discoverable': 'My picture may be found by my e-mail address',
  },
  fr: {
    'profile.firstName': 'Prénom',
    'profile.lastName': 'Nom',
    'profile.nickname': 'Surnom',
    'profile.bio': 'À propos de vous',
    'profile.phoneNumber': 'Téléphone',
    'profile.companyName': 'Entreprise',
    'profile.profession': 'Profession',
    'profile.birthDate': 'Date de naissance',
    'profile.linkedinUrl': 'Page LinkedIn',
    'profile.githubUrl': 'Page GitHub',
    'profile.isProfessional': 'Je suis un professionnel',
    'profile.locale': 'Langue',
    'profile.discoverable': 'Ma photo peut être trouvée par mon adresse e-mail',
  },
})
