import { ErasurePage } from '../account/data/erasure-page.js'
import { StopEmailChange } from '../emails/stop-email-change.js'
import { VerifyEmail } from '../emails/verify-email.js'
import { ResetPasswordPage } from '../passwords/reset-password.js'
import type { Entry } from './entry-card.js'
import type { LinkedPlace } from './place.js'

/** What the address asked for. @param onDone goes on, to logging in for those who are not signed in */
export default function LinkPlace(props: { place: LinkedPlace; onDone: (entry: Entry) => void }) {
  const { place, onDone } = props
  switch (place.page) {
    case 'verify-email':
      return <VerifyEmail token={place.token} onContinue={() => onDone({ way: 'log-in' })} />
    case 'stop-email-change':
      return <StopEmailChange token={place.token} />
    case 'erasure':
      return <ErasurePage id={place.id} token={place.token} onDone={() => onDone({ way: 'register' })} />
    case 'reset-password':
      return (
        <ResetPasswordPage
          token={place.token}
          onChanged={() => onDone({ way: 'log-in', after: 'password-changed' })}
        />
      )
  }
}
