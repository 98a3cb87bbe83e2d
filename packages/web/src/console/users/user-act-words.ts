import { textsOf } from '../../language/texts.js'
import type { UserAct } from './user-acts.js'

type Words = { name: string; means: string; back: string; done: string }

/** What each act is called, what it does and loses, whether it can be undone, and how it is told when it is done. */
export const userActWords = textsOf<Record<UserAct, Words>>({
  en: {
    role: {
      name: 'Change the role',
      means:
        'Managers act on others’ uploads and on users, administrators on everyone. A lower role ends every session.',
      back: 'Can be undone: give the former role again.',
      done: 'The role is changed.',
    },
    group: {
      name: 'Change the group',
      means: 'The group decides which fields the profile has and needs.',
      back: 'Can be undone: give the former group again.',
      done: 'The group is changed.',
    },
    disable: {
      name: 'Disable',
      means: 'Every session ends, and nobody can log in to the account. Its picture stays.',
      back: 'Can be undone: enable it again.',
      done: 'The account is disabled.',
    },
    enable: {
      name: 'Enable',
      means: 'The account can be logged in to again.',
      back: 'Can be undone: disable it again.',
      done: 'The account is enabled.',
    },
    verify: {
      name: 'Verify the address',
      means: 'You vouch that the e-mail address is theirs.',
      back: 'Cannot be undone.',
      done: 'The address is verified.',
    },
    'end-sessions': {
      name: 'End all sessions',
      means: 'They are logged out everywhere, and may log in again.',
      back: 'Cannot be undone.',
      done: 'Every session has ended.',
    },
    close: {
      name: 'Close the account',
      means: 'The account, its profile, its uploads and pictures, and what happened on it are erased.',
      back: 'Cannot be undone: everything is lost.',
      done: 'The account is closed. What it owned is being erased.',
    },
  },
  fr: {
    role: {
      name: 'Changer le rôle',
      means:
        'Les gestionnaires agissent sur les envois des autres et sur les utilisateurs, les administrateurs sur tout le monde. Un rôle inférieur met fin à toutes les sessions.',
      back: 'Peut être annulé : redonnez le rôle précédent.',
      done: 'Le rôle est changé.',
    },
    group: {
      name: 'Changer le groupe',
      means: 'Le groupe décide des champs que le profil a et exige.',
      back: 'Peut être annulé : redonnez le groupe précédent.',
      done: 'Le groupe est changé.',
    },
    disable: {
      name: 'Désactiver',
      means: 'Toutes les sessions prennent fin, et personne ne peut se connecter au compte. Sa photo reste.',
      back: 'Peut être annulé : réactivez-le.',
      done: 'Le compte est désactivé.',
    },
    enable: {
      name: 'Réactiver',
      means: 'On peut de nouveau se connecter au compte.',
      back: 'Peut être annulé : désactivez-le à nouveau.',
      done: 'Le compte est réactivé.',
    },
    verify: {
      name: 'Vérifier l’adresse',
      means: 'Vous garantissez que l’adresse e-mail est la sienne.',
      back: 'Ne peut pas être annulé.',
      done: 'L’adresse est vérifiée.',
    },
    'end-sessions': {
      name: 'Mettre fin aux sessions',
      means: 'La personne est déconnectée partout, et peut se reconnecter.',
      back: 'Ne peut pas être annulé.',
      done: 'Toutes les sessions ont pris fin.',
    },
    close: {
      name: 'Fermer le compte',
      means: 'Le compte, son profil, ses envois et photos, et ce qui s’y est passé sont effacés.',
      back: 'Ne peut pas être annulé : tout est perdu.',
      done: 'Le compte est fermé. Ce qu’il possédait est en cours d’effacement.',
    },
  },
})
