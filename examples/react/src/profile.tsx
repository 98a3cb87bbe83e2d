import '@likeness/element/react'
import { useState } from 'react'

const likeness = 'http://127.0.0.1:8080'
const getToken = async () => (await fetch('/token', { method: 'POST' })).text()

export function Profile({ user }: { user: string }) {
  const [said, setSaid] = useState('')
  return (
    <main>
      <h1>Your profile</h1>
      <likeness-avatar
        user={user}
        url={likeness}
        size={128}
        alt="Your picture"
        editable
        getToken={getToken}
        onlikeness-change={() => setSaid('Your colleagues see it from now on.')}
      />
      <p role="status">{said}</p>
    </main>
  )
}
