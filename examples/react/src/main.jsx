import '@likeness/element'
import { useState } from 'react'
import { createRoot } from 'react-dom/client'

const getToken = async () => (await fetch('/token', { method: 'POST' })).text()

function Profile({ user }) {
  const [said, setSaid] = useState('')
  return (
    <main>
      <h1>Your profile</h1>
      <likeness-avatar
        user={user}
        url="http://127.0.0.1:8080"
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

const { user } = await (await fetch('/me.json')).json()
createRoot(document.querySelector('#root')).render(<Profile user={user} />)
